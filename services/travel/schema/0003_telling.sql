-- Who goes with the travellers, who meets them, and who is told of it: escorts, assistance points, advance booking notifications, manifests.
--
-- What names a person outside the house (an external escort, a receiver) is sealed, class document.

-- ---- escorts ----
--
--   proposed ──► confirmed ──► released
--      ╰──────────────────────────▲

CREATE TABLE escorts (
    id                uuid        PRIMARY KEY,
    org               text        NOT NULL,
    movement_id       uuid        NOT NULL,
    kind              text        NOT NULL CHECK (kind IN ('medical', 'operational', 'family')),
    user_id           text,                        -- staff; else name and phone of somebody from outside
    name              bytea,                       -- sealed, place escorts.name
    phone             bytea,                       -- sealed, place escorts.phone
    from_segment_id   uuid        NOT NULL,
    to_segment_id     uuid        NOT NULL,
    passenger_ids     uuid[]      NOT NULL,        -- whom; empty: all
    requirements      text[]      NOT NULL CHECK (cardinality(requirements) <= 12),
    status            text        NOT NULL DEFAULT 'proposed' CHECK (status IN ('proposed', 'confirmed', 'released')),
    release_reason    text,
    version           int4        NOT NULL DEFAULT 1,
    created_by        text        NOT NULL,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, movement_id) REFERENCES movements (org, id),
    FOREIGN KEY (org, from_segment_id) REFERENCES segments (org, id),
    FOREIGN KEY (org, to_segment_id) REFERENCES segments (org, id),
    CHECK ((user_id IS NULL) = (name IS NOT NULL)),
    CHECK (phone IS NULL OR name IS NOT NULL),
    CHECK ((status = 'released') = (release_reason IS NOT NULL))
);
CREATE INDEX escorts_movement ON escorts (org, movement_id, created_at, id);
SELECT sec.isolate('escorts', 'user_id, name, phone, from_segment_id, to_segment_id, passenger_ids, requirements, status, release_reason, version, updated_at');
CREATE POLICY need_to_know ON escorts AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM movements m WHERE m.id = movement_id));

-- ---- assistance points ----
--
--   planned ──► confirmed ──► done | missed
--      ╰───────────────────────▲

CREATE TABLE assistance_points (
    id                uuid        PRIMARY KEY,
    org               text        NOT NULL,
    movement_id       uuid        NOT NULL,
    kind              text        NOT NULL CHECK (kind IN ('departure', 'transit', 'arrival')),
    place             text        NOT NULL,
    at                timestamptz NOT NULL,
    zone              text        NOT NULL,
    passenger_ids     uuid[]      NOT NULL,        -- who is met; empty: all
    organisation      text,                        -- who meets: an organisation, or a receiver
    office            text,
    receiver_name     bytea,                       -- sealed, place assistance_points.receiver_name
    receiver_phone    bytea,                       -- sealed, place assistance_points.receiver_phone
    status            text        NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'confirmed', 'done', 'missed')),
    observed_at       timestamptz,                 -- done or missed: when
    version           int4        NOT NULL DEFAULT 1,
    created_by        text        NOT NULL,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, movement_id) REFERENCES movements (org, id),
    CHECK (num_nonnulls(organisation, receiver_name) > 0),
    CHECK (receiver_phone IS NULL OR receiver_name IS NOT NULL),
    CHECK ((status IN ('done', 'missed')) = (observed_at IS NOT NULL))
);
CREATE INDEX assistance_points_movement ON assistance_points (org, movement_id, at, id);
SELECT sec.isolate('assistance_points', 'place, at, zone, passenger_ids, organisation, office, receiver_name, receiver_phone, status, observed_at, version, updated_at');
CREATE POLICY need_to_know ON assistance_points AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM movements m WHERE m.id = movement_id));

-- ---- advance booking notifications: org tells, to_org is told ----
--
--   sent ──► acknowledged        by the addressee, who may also say that there is a problem
--     │           │
--     ╰───────────┴──► superseded by the next version, as soon as one byte of what the addressee sees is different

CREATE TABLE abns (
    id               uuid        PRIMARY KEY,
    org              text        NOT NULL,
    to_org           text        NOT NULL,
    to_office        text,                         -- of our own organisation
    to_kind          text        NOT NULL,         -- as abns/addressees.json has it when it was sent
    movement_id      uuid        NOT NULL,
    programme        text        NOT NULL,         -- the movement's: an office of ours sees only its programmes
    number           int4        NOT NULL CHECK (number > 0), -- version for this addressee
    fields           text[]      NOT NULL CHECK (fields <@ ARRAY['count', 'needs', 'names', 'references', 'assistance']),
    legal_basis      text        CHECK (legal_basis IN ('consent', 'publicTask', 'contract', 'vitalInterest', 'legalObligation')),
    answer_wanted    bool        NOT NULL,
    cancelled        bool        NOT NULL DEFAULT false, -- it says that the journey does not take place
    snapshot         bytea       NOT NULL,         -- the bytes that the addressee gets; sealed, place abns.snapshot
    status           text        NOT NULL DEFAULT 'sent' CHECK (status IN ('sent', 'acknowledged', 'superseded')),
    sent_at          timestamptz NOT NULL,
    sent_by          text        NOT NULL,         -- never shown to the addressee
    acknowledged_at  timestamptz,
    acknowledged_by  text,                         -- never shown to the sender
    problem          text        CHECK (problem IN ('noPlace', 'dateImpossible', 'needsUnmet', 'wrongAddressee', 'unclear', 'other')),
    problem_note     text,
    problem_at       timestamptz,
    superseded_at    timestamptz,
    superseded_by    uuid,
    version          int4        NOT NULL DEFAULT 1,
    updated_at       timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, movement_id) REFERENCES movements (org, id),
    CHECK ((to_office IS NOT NULL) = (org = to_org)),
    CHECK (legal_basis IS NOT NULL OR NOT fields && ARRAY['names', 'references']),
    CHECK (status <> 'acknowledged' OR acknowledged_at IS NOT NULL),
    CHECK ((status = 'superseded') = (superseded_at IS NOT NULL)),
    CHECK ((problem IS NULL) = (problem_at IS NULL))
);
CREATE UNIQUE INDEX abns_current ON abns (org, movement_id, to_org, coalesce(to_office, '')) WHERE status <> 'superseded';
CREATE UNIQUE INDEX abns_number ON abns (org, movement_id, to_org, coalesce(to_office, ''), number);
CREATE INDEX abns_sent ON abns (org, sent_at DESC, id DESC);
CREATE INDEX abns_received ON abns (to_org, sent_at DESC, id DESC);
ALTER TABLE abns ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON abns TO {{service}}, {{worker}};
GRANT UPDATE (status, acknowledged_at, acknowledged_by, problem, problem_note, problem_at, superseded_at, superseded_by, version, updated_at) ON abns
    TO {{service}}, {{worker}};
CREATE POLICY context ON abns AS RESTRICTIVE TO {{service}}, {{worker}} USING ((SELECT sec.org()) IS NOT NULL);
CREATE POLICY both_read ON abns FOR SELECT TO {{service}}, {{worker}} USING (org = (SELECT sec.org()) OR to_org = (SELECT sec.org()));
-- A partner reads what it was sent. Inside the organisation: who may know of the movement, and the office that is told.
CREATE POLICY need_to_know ON abns AS RESTRICTIVE FOR SELECT TO {{service}}
    USING ((SELECT sec.has('internal'))
           OR org <> (SELECT sec.org())
           OR (to_office = ANY ((SELECT sec.offices())::text[]) AND programme = ANY ((SELECT sec.programmes())::text[]))
           OR EXISTS (SELECT 1 FROM movements m WHERE m.id = movement_id));
CREATE POLICY sender_creates ON abns FOR INSERT TO {{service}}, {{worker}} WITH CHECK (org = (SELECT sec.org()) AND status = 'sent');
-- The sender only overtakes it; the addressee answers what stands.
CREATE POLICY sender_supersedes ON abns FOR UPDATE TO {{service}}, {{worker}}
    USING (org = (SELECT sec.org())) WITH CHECK (org = (SELECT sec.org()) AND (status = 'superseded' OR to_org = (SELECT sec.org())));
CREATE POLICY addressee_answers ON abns FOR UPDATE TO {{service}}, {{worker}}
    USING (to_org = (SELECT sec.org()) AND status <> 'superseded') WITH CHECK (to_org = (SELECT sec.org()) AND status IN ('sent', 'acknowledged'));

-- ---- manifests ----
--
--   open ──► closed        never opened again: the next version is made

-- What the list of passengers is made from, in one text: it is another one as soon as anything of it has changed.
CREATE FUNCTION manifest_basis(movement uuid) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT string_agg(p.id || ':' || p.version, ' ' ORDER BY p.id) FROM passengers p WHERE p.movement_id = movement AND p.status = 'planned'), '')
           || '/' || coalesce((SELECT string_agg(s.id || ':' || s.version, ' ' ORDER BY s.id) FROM segments s
                                WHERE s.movement_id = movement AND s.status = 'planned'), '')
$$;

CREATE TABLE manifests (
    id           uuid        PRIMARY KEY,
    org          text        NOT NULL,
    movement_id  uuid        NOT NULL,
    number       int4        NOT NULL CHECK (number > 0),
    status       text        NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed')),
    passengers   int4        NOT NULL,
    basis        text        NOT NULL,             -- manifest_basis when it was made
    contents     bytea       NOT NULL,             -- sealed, place manifests.contents
    diff         jsonb       NOT NULL,             -- to the former version, by ids: {added, removed, changed: [{passengerId, fields}], segments}
    made_by      text        NOT NULL,
    made_at      timestamptz NOT NULL,
    closed_by    text,
    closed_at    timestamptz,
    version      int4        NOT NULL DEFAULT 1,
    UNIQUE (org, id),
    UNIQUE (org, movement_id, number),
    FOREIGN KEY (org, movement_id) REFERENCES movements (org, id),
    CHECK ((status = 'closed') = (closed_at IS NOT NULL))
);
SELECT sec.isolate('manifests', 'status, closed_by, closed_at, version');
CREATE POLICY need_to_know ON manifests AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM movements m WHERE m.id = movement_id));
