SELECT u::text FROM unnest(string_to_array('{{ids}}', ',')::uuid[]) AS u
 WHERE NOT EXISTS (SELECT 1 FROM {{table}} AS t WHERE t.{{column}} = u);
