-- libcommon/app/schema/0016_policies.sql
SELECT sec.settle();
