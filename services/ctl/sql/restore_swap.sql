-- Closed to its programs until it is reconciled: they cannot connect.
REVOKE ALL ON DATABASE {{new}} FROM PUBLIC, {{owner}}, {{service}}, {{worker}};
GRANT CONNECT ON DATABASE {{new}} TO {{owner}};
ALTER DATABASE {{new}} RENAME TO {{database}};
