-- needs 0014-quirks.sql
-- Files that people attach and tools make (SPEC C5). Rows are small; the bytes are pieces beside them.
create table files (
  -- Version 7: in the order of time.
  id uuid primary key,
  owner_id uuid not null references users on delete cascade,
  name text not null,
  media_type text not null,
  size integer not null default 0,
  -- Hex, as everywhere. The same file posted twice is one file.
  sha256 text,
  origin text not null check (origin in ('upload', 'tool')),
  -- Where the bytes are: file_pieces.
  store text not null default 'postgres',
  created_at timestamptz not null default now(),
  -- Null: it is being uploaded, or its process has died meanwhile.
  ready_at timestamptz,
  -- When it was last put into a message. A file that no message names goes a day later.
  last_used_at timestamptz not null default now()
);
create index files_by_owner on files (owner_id, id);
create index files_by_sha256 on files (owner_id, sha256);
create index files_by_use on files (last_used_at);

create table file_pieces (
  file_id uuid not null references files on delete cascade,
  -- From 0; all but the last have the same size.
  seq integer not null,
  bytes bytea not null,
  primary key (file_id, seq)
);
-- Pictures and documents are compressed already.
alter table file_pieces alter column bytes set storage external;

-- Which messages name a file: those in the history, those edited away of late, and those in the queue, which have ids of the same
-- sequence. A tool's file is named by the message that began its turn until its result is in the history.
create table message_files (
  chat_id uuid not null references chats on delete cascade,
  message_id bigint not null,
  file_id uuid not null references files on delete cascade,
  primary key (chat_id, message_id, file_id)
);
create index message_files_by_file on message_files (file_id);
