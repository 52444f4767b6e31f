-- needs 0037-files.sql
-- Where the bytes of a file are (`store`): 'postgres'; 'both', while readers may still read the pieces; 's3'. A worker notes here
-- that it moves them, before it does.
alter table files add column moved_at timestamptz;
create index files_to_move on files (id) where store = 'postgres';
create index files_in_both on files (moved_at) where store = 'both';

-- Objects whose file is gone. Whatever deletes the row writes it here, so that no way to delete a file can forget it.
create table objects_to_delete (
  file_id uuid primary key,
  since timestamptz not null default now()
);
create function note_object_of_file() returns trigger language plpgsql as $$
begin
  insert into objects_to_delete (file_id) values (old.id) on conflict do nothing;
  return null;
end $$;
create trigger note_object_of_file after delete on files
  for each row when (old.moved_at is not null) execute function note_object_of_file();
