-- What was dropped of the tables that an operator may have parted by month (wayfare-ctl tables): the audit trail, the outbox, messages. They are
-- plain tables until then, and most installations leave them so; what is written for them has to be right for both shapes (README.md).
CREATE TABLE wf.months_dropped (
    tbl         text        NOT NULL,
    part        text        NOT NULL,                 -- audit_2026_03; audit_before_2026_01: all that was older when the table was parted
    until       timestamptz NOT NULL,                 -- its end
    rows        int8        NOT NULL,
    bytes       int8        NOT NULL,
    dropped_at  timestamptz NOT NULL DEFAULT now(),
    dropped_by  text        NOT NULL,
    seal        int8,                                 -- audit: the last one that covered a row of it; the chain is computed anew from the next on
    hash        bytea,                                -- and what it was
    uncovered   int8        NOT NULL DEFAULT 0,       -- audit: rows that stayed, of transactions up to that seal
    PRIMARY KEY (tbl, part),
    CHECK ((seal IS NULL) = (hash IS NULL))
);
ALTER TABLE wf.months_dropped ENABLE ROW LEVEL SECURITY;
ALTER TABLE wf.months_dropped FORCE ROW LEVEL SECURITY;
GRANT SELECT ON wf.months_dropped TO {{worker}};
CREATE POLICY worker ON wf.months_dropped FOR SELECT TO {{worker}} USING (true);
SELECT wf.subject_table('wf.months_dropped', 'none');

-- The numbers of the seals that do not fit their rows or their predecessor; none is good. Of seals whose rows were dropped only the chain itself
-- is left to compare, and that no more rows are left under them than were when they were dropped.
CREATE OR REPLACE FUNCTION wf.audit_verify(from_no int8 DEFAULT 1, to_no int8 DEFAULT 9223372036854775807)
    RETURNS SETOF int8 LANGUAGE sql STABLE AS $$
    SELECT s.no FROM wf.audit_seal AS s LEFT JOIN wf.audit_seal AS p ON p.no = s.no - 1
     WHERE s.no BETWEEN from_no AND to_no
       AND (s.previous <> coalesce(p.hash, ''::bytea) OR s.from_xid <> coalesce(p.to_xid, 0)
            OR (s.no > (SELECT coalesce(max(d.seal), 0) FROM wf.months_dropped AS d)
                AND s.hash <> wf.audit_hash(s.previous, s.from_xid, s.to_xid))
            OR EXISTS (SELECT 1 FROM wf.months_dropped AS d WHERE d.seal = s.no
                          AND (d.hash <> s.hash OR d.uncovered < (SELECT count(*) FROM wf.audit AS a WHERE a.xid < s.to_xid))))
     ORDER BY s.no
$$;
