-- needs 0020-access.sql
-- Which key or session acted, beside the user who did (SPEC A8).

alter table audit_log
  -- Id of an API key or a session, as actor_kind says. Null: neither, or a program of the version before wrote the row.
  add column actor_proof_id uuid;
