-- Of every object that there is or should be: its name, the length of its content ('-': nobody's any more), its state, whose content it is.
SELECT o.object || ' ' || coalesce(k.bytes::text, '-') || ' ' || o.state || ' ' || coalesce(k.document_id::text, '-')
  FROM stored_objects AS o LEFT JOIN document_contents AS k ON k.object = o.object
 ORDER BY o.object;
