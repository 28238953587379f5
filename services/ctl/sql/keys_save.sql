-- Only where the value is still the one that was read.
UPDATE {{table}} AS t SET {{column}} = v.fresh{{index}}
  FROM (VALUES {{rows}}) AS v (key, was, fresh, blind) WHERE t.{{key}} = v.key AND t.{{column}} = v.was;
