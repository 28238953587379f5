-- Who was told of a journey is asked for its copies when one who was on it is erased: org asks, to_org deletes by a day and says so.
--
--   asked ──► confirmed        by the addressee, once

CREATE TABLE abn_recalls (
    id            uuid        PRIMARY KEY,
    org           text        NOT NULL,
    to_org        text        NOT NULL,
    movement_id   uuid        NOT NULL,
    abn_ids       uuid[]      NOT NULL CHECK (cardinality(abn_ids) > 0), -- what it was sent; those rows are gone
    request_id    uuid        NOT NULL,           -- of the cases service: the erasure that asks; never shown to the addressee
    delete_by     date        NOT NULL,
    confirmed_at  timestamptz,
    confirmed_by  text,                           -- never shown to who asks
    version       int4        NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, movement_id) REFERENCES movements (org, id),
    CHECK (org <> to_org),
    CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL))
);
CREATE INDEX abn_recalls_asked ON abn_recalls (org, created_at DESC, id DESC);
CREATE INDEX abn_recalls_received ON abn_recalls (to_org, created_at DESC, id DESC);
CREATE INDEX abn_recalls_movement ON abn_recalls (org, movement_id);
ALTER TABLE abn_recalls ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON abn_recalls TO {{service}}, {{worker}};
GRANT INSERT ON abn_recalls TO {{worker}};
GRANT UPDATE (confirmed_at, confirmed_by, version) ON abn_recalls TO {{service}};
CREATE POLICY context ON abn_recalls AS RESTRICTIVE TO {{service}}, {{worker}} USING ((SELECT sec.org()) IS NOT NULL);
CREATE POLICY both_read ON abn_recalls FOR SELECT TO {{service}}, {{worker}} USING (org = (SELECT sec.org()) OR to_org = (SELECT sec.org()));
CREATE POLICY need_to_know ON abn_recalls AS RESTRICTIVE FOR SELECT TO {{service}}
    USING ((SELECT sec.has('internal')) OR org <> (SELECT sec.org()) OR EXISTS (SELECT 1 FROM movements m WHERE m.id = movement_id));
CREATE POLICY sender_asks ON abn_recalls FOR INSERT TO {{worker}} WITH CHECK (org = (SELECT sec.org()) AND confirmed_at IS NULL);
CREATE POLICY addressee_confirms ON abn_recalls FOR UPDATE TO {{service}}
    USING (to_org = (SELECT sec.org()) AND confirmed_at IS NULL) WITH CHECK (to_org = (SELECT sec.org()) AND confirmed_at IS NOT NULL);

SELECT wf.subject_table('abn_recalls', 'keep', 't.org = sec.org() AND t.movement_id IN (SELECT subject_travels($1))',
    'to_org movement_id delete_by created_at confirmed_at', why => 'who was asked for copies of what it was told, by when, and the addressees'' word that they are gone');
UPDATE wf.subject_tables SET asks = 't.to_org' WHERE tbl IN ('abns', 'abn_recalls');
