-- needs 0057-terminals.sql
-- How the terminal was set where a piece of its output begins, as the sequences that set it so: what is kept of the output may begin
-- in the middle of what an editor shows.
alter table terminal_output add column modes text not null default '';
