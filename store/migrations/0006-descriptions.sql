-- Titles and turn summaries that a model writes, by a workflow of their own.

alter table chats
  -- Snapshot version of the change that wrote the title, 0 for the first one: who brings another title says which it is to replace.
  add column title_version bigint not null default 0,
  -- The turn that last_turn_summary is of.
  add column summary_turn_id bigint;

-- `describe` starts the describing workflow, or reaches an open one.
alter table outbox drop constraint outbox_kind_check;
alter table outbox add constraint outbox_kind_check check (kind in ('start', 'signal', 'cancel', 'describe'));
