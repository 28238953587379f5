-- A client's own limits of requests (libcommon/web/quota.h); NULL: the usual ones of the installation. They go into its tokens.
ALTER TABLE clients
    ADD COLUMN rate_limit  int4 CHECK (rate_limit BETWEEN 1 AND 1000000),     -- requests a second
    ADD COLUMN burst_limit int4 CHECK (burst_limit BETWEEN 1 AND 1000000),    -- at once
    ADD COLUMN daily_quota int4 CHECK (daily_quota BETWEEN 1 AND 1000000000); -- in a day of UTC
GRANT UPDATE (rate_limit, burst_limit, daily_quota) ON clients TO {{service}};
