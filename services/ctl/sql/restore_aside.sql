REVOKE ALL ON DATABASE {{database}} FROM PUBLIC, {{owner}}, {{service}}, {{worker}};
ALTER DATABASE {{database}} RENAME TO {{former}};
