SELECT c.cls || ' ' || encode(c.id, 'hex') || ' ' || count(*)
  FROM (SELECT {{cls}} AS cls, substring({{column}} FROM 2 FOR 4) AS id FROM {{table}} WHERE {{column}} IS NOT NULL) AS c
 GROUP BY c.cls, c.id ORDER BY c.cls, c.id;
