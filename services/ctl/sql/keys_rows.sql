SELECT {{key}} || ' ' || encode({{column}}, 'hex') || ' ' || org
  FROM {{table}}
 WHERE {{column}} IS NOT NULL AND {{cls}} = '{{class}}' AND {{key}} > '{{after}}'
   AND ({{all}} OR substring({{column}} FROM 2 FOR 4) <> decode('{{id}}', 'hex'))
 ORDER BY {{key}} LIMIT {{limit}};
