-- Lists that have no pages are bounded where they are written, so that none is ever cut off where it is read: with one row more than the
-- list shows comes 409 list.full. The lock makes two writers at the same moment see each other.

-- Trigger function. Arguments: the column of what the list belongs to, the bound, which rows count.
CREATE FUNCTION wf.bounded() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner uuid;
    n int8;
BEGIN
    EXECUTE format('SELECT ($1).%I', TG_ARGV[0]) INTO owner USING NEW;
    PERFORM pg_advisory_xact_lock(hashtextextended(TG_RELID::text || owner::text, 2));
    EXECUTE format('SELECT count(*) FROM %s WHERE org = $1 AND %I = $2 AND (%s)', TG_RELID::regclass, TG_ARGV[0], TG_ARGV[2])
       INTO n USING NEW.org, owner;
    IF n > TG_ARGV[1]::int8 THEN
        RAISE EXCEPTION 'list.full' USING ERRCODE = 'WF004'; -- io/db: 409 of that code
    END IF;
    RETURN NULL;
END
$$;

-- At most so many rows of tbl with the same value of a column; `counts` says which.
CREATE FUNCTION wf.bound(tbl regclass, col text, most int4, counts text DEFAULT 'true') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER bounded AFTER INSERT ON %s FOR EACH ROW EXECUTE FUNCTION wf.bounded(%L, %L, %L)', tbl, col, most, counts);
END
$$;
REVOKE EXECUTE ON FUNCTION wf.bound(regclass, text, int4, text) FROM PUBLIC;
