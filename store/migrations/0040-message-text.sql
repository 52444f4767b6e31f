-- needs 0014-quirks.sql
-- What can be searched of a message: its text, up to 65,536 characters. It never fails, because an index calls it for each message
-- that is written: what Postgres cannot hold in a text (\u0000, half a surrogate pair) becomes a blank.
create function message_text(content json) returns text language plpgsql immutable parallel safe as $$
declare
  words text;
begin
  begin
    select string_agg(part ->> 'text', ' ') into words
      from json_array_elements(content) part where part ->> 'type' = 'text';
  exception when others then
    begin
      select string_agg(part ->> 'text', ' ') into words
        from json_array_elements(regexp_replace(content::text,
          '(?<!\\)((?:\\\\)*)\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})', '\1 ', 'g')::json) part
        where part ->> 'type' = 'text';
    exception when others then
      words := null;
    end;
  end;
  return left(coalesce(words, ''), 65536);
end
$$;
