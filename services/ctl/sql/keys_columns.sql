SELECT c.table_name || '.' || c.column_name FROM information_schema.columns AS c
  JOIN information_schema.tables AS t ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE'
 WHERE c.table_schema = 'public' AND c.data_type = 'bytea' AND c.column_name !~ '(index|hash)$' ORDER BY 1;
