-- needs 0014-quirks.sql
-- The MCP servers whose tools a chat has (SPEC C4). Null: none.
alter table chats add column mcp_server_ids uuid[];
