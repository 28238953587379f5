-- Movements: the journey above bookings, who travels, by which segments, what was observed, what it cost. Isolation by organisation comes
-- from sec.isolate (libcommon/app/schema); need-to-know is the restrictive policy on movements, and every child repeats it.

-- ---- movements ----
--
--   draft ─► ready ─► abnSent ─► abnAcknowledged ─► clearedToBoard          decisions, with guards
--     │        │         │              │                 │
--     ├────────┴─────────┴──────────────┴─────────────────┴──► cancelled
--     ╰──────────────────── any of them, also cancelled ─────► departed ─► inTransit ─► arrived ─► handedOver ─► reconciled
--                                                              observations, without guards                     (with guards)
--
-- What no longer holds after a change goes back along the upper line as far as it must (travel/guards).

CREATE TABLE movements (
    id                   uuid        PRIMARY KEY,
    org                  text        NOT NULL,
    purpose              text        NOT NULL CHECK (purpose IN ('return', 'resettlement', 'relocation', 'familyReunification', 'assignment', 'mission')),
    programme            text        NOT NULL,
    reference            text,                     -- of what it is made for: AVRR-2026-000123
    group_name           text,
    origin_country       text        NOT NULL,
    origin_place         text,                     -- IATA code or name
    destination_country  text        NOT NULL,
    destination_place    text,
    earliest             date        NOT NULL,     -- of the first departure, in its zone
    latest               date        NOT NULL,
    priority             text        NOT NULL DEFAULT 'normal' CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    fund                 jsonb,                    -- {donor, code}
    cost_centre          text,
    status               text        NOT NULL DEFAULT 'draft'
                         CHECK (status IN ('draft', 'ready', 'abnSent', 'abnAcknowledged', 'clearedToBoard', 'departed', 'inTransit', 'arrived',
                                           'handedOver', 'reconciled', 'cancelled')),
    fitness              jsonb,                    -- {appliesTo: all | flagged, maxAgeHours}; null: the programme asks for none
    offices              text[]      NOT NULL CHECK (cardinality(offices) BETWEEN 1 AND 8),
    departs_at           timestamptz,              -- of the first segment, kept with the segments
    departure_zone       text,
    arrives_at           timestamptz,              -- of the last
    arrival_zone         text,
    opened_at            timestamptz NOT NULL,
    cleared_at           timestamptz,
    departed_at          timestamptz,              -- as observed
    arrived_at           timestamptz,
    handed_over_at       timestamptz,
    reconciled_at        timestamptz,
    cancelled_at         timestamptz,
    cancel_reason        text,                     -- code
    version              int4        NOT NULL DEFAULT 1,
    created_by           text        NOT NULL,
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    UNIQUE (org, id),
    CHECK (earliest <= latest),
    CHECK ((departs_at IS NULL) = (departure_zone IS NULL) AND (departs_at IS NULL) = (arrives_at IS NULL)
           AND (departs_at IS NULL) = (arrival_zone IS NULL)),
    CHECK (status <> 'cancelled' OR cancelled_at IS NOT NULL)
);
CREATE INDEX movements_opened ON movements (org, opened_at DESC, id DESC);
CREATE INDEX movements_departs ON movements (org, coalesce(departs_at, '9999-01-01Z'::timestamptz), id);
CREATE INDEX movements_status ON movements (org, status, opened_at DESC, id DESC);
SELECT sec.isolate('movements', 'group_name, origin_country, origin_place, destination_country, destination_place, earliest, latest, priority, '
                                'fund, cost_centre, status, fitness, offices, departs_at, departure_zone, arrives_at, arrival_zone, cleared_at, '
                                'departed_at, arrived_at, handed_over_at, reconciled_at, cancelled_at, cancel_reason, version, updated_at');

-- What the movement is made for. One request makes one movement.
CREATE TABLE movement_refs (
    org          text NOT NULL,
    movement_id  uuid NOT NULL,
    ref_kind     text NOT NULL CHECK (ref_kind IN ('case', 'assignment', 'mission')),
    ref_id       uuid NOT NULL,
    request_id   uuid,                             -- NULL: named by hand
    PRIMARY KEY (org, movement_id, ref_id),
    FOREIGN KEY (org, movement_id) REFERENCES movements (org, id)
);
CREATE UNIQUE INDEX movement_refs_request ON movement_refs (org, request_id) WHERE request_id IS NOT NULL;
CREATE INDEX movement_refs_ref ON movement_refs (org, ref_id, movement_id);
SELECT sec.isolate('movement_refs');

-- Need-to-know: the programme, one of the movement's offices, and all of its cases. References stand in statements only beside their
-- movement: a policy on them that asked for it would ask itself.
CREATE POLICY need_to_know ON movements AS RESTRICTIVE FOR SELECT TO {{service}} USING (
    (SELECT sec.has('internal'))
    OR ('programme:' || programme = ANY ((SELECT string_to_array(sec.scope(), ' '))::text[])
        AND string_to_array('office:' || array_to_string(offices, ' office:'), ' ') && (SELECT string_to_array(sec.scope(), ' '))
        AND NOT EXISTS (SELECT 1 FROM movement_refs r
                         WHERE r.org = movements.org AND r.movement_id = movements.id AND r.ref_kind = 'case'
                           AND NOT EXISTS (SELECT 1 FROM wf.case_readers c WHERE c.org = r.org AND c.case_id = r.ref_id))));

-- Every move, with who made it and, of an observation, when it was so and who saw it.
CREATE TABLE movement_moves (
    id           uuid        PRIMARY KEY,
    org          text        NOT NULL,
    movement_id  uuid        NOT NULL,
    transition   text        NOT NULL,
    from_status  text        NOT NULL,
    to_status    text        NOT NULL,
    reason       text,
    observed_at  timestamptz,
    observed_by  text,
    unmet        text[]      NOT NULL,             -- codes of the guards that made it go back, or that were unmet when it was observed
    made_by      text        NOT NULL,
    made_at      timestamptz NOT NULL,
    FOREIGN KEY (org, movement_id) REFERENCES movements (org, id)
);
CREATE INDEX movement_moves_movement ON movement_moves (org, movement_id, made_at, id);
SELECT sec.isolate('movement_moves');
CREATE POLICY need_to_know ON movement_moves AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM movements m WHERE m.id = movement_id));

-- ---- passengers ----

-- The travel data as they were when they were frozen; the person's own service has the person.
CREATE TABLE passengers (
    id                     uuid        PRIMARY KEY,
    org                    text        NOT NULL,
    movement_id            uuid        NOT NULL,
    ref_id                 uuid,                   -- which of the movement's references; NULL: none
    person_id              uuid        NOT NULL,
    given                  text        NOT NULL,   -- as on the document
    family                 text        NOT NULL,
    birth_date             text,                   -- partial
    birth_estimated        bool        NOT NULL DEFAULT false,
    birth_first            date,                   -- the days that birth_date can mean
    birth_last             date,
    sex                    text,
    nationalities          text[]      NOT NULL,
    document_kind          text,
    document_country       text,
    document_number        bytea,                  -- sealed: keyring class document, place passengers.document_number
    document_expires_on    date,
    document_holder_name   text,                   -- as printed, where it was recorded
    needs                  text[]      NOT NULL,   -- coded, never a diagnosis
    unaccompanied_minor    bool        NOT NULL DEFAULT false,
    status                 text        NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'cancelled')),
    cancel_reason          text,
    frozen_at              timestamptz NOT NULL,
    version                int4        NOT NULL DEFAULT 1,
    created_at             timestamptz NOT NULL,
    updated_at             timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, movement_id) REFERENCES movements (org, id),
    FOREIGN KEY (org, movement_id, ref_id) REFERENCES movement_refs (org, movement_id, ref_id),
    CHECK ((birth_date IS NULL) = (birth_first IS NULL) AND (birth_date IS NULL) = (birth_last IS NULL)),
    CHECK (birth_first <= birth_last),
    CHECK (document_number IS NULL OR document_kind IS NOT NULL),
    CHECK (needs <@ ARRAY['wheelchair', 'medical', 'escort', 'unaccompaniedMinor', 'infant', 'diet', 'stretcher', 'oxygen', 'visual', 'hearing', 'pregnancy'])
);
CREATE INDEX passengers_movement ON passengers (org, movement_id, id);
CREATE UNIQUE INDEX passengers_person ON passengers (org, movement_id, person_id) WHERE status = 'planned';
SELECT sec.isolate('passengers', 'ref_id, given, family, birth_date, birth_estimated, birth_first, birth_last, sex, nationalities, document_kind, '
                                 'document_country, document_number, document_expires_on, document_holder_name, needs, unaccompanied_minor, '
                                 'status, cancel_reason, frozen_at, version, updated_at');
CREATE POLICY need_to_know ON passengers AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM movements m WHERE m.id = movement_id));

-- ---- segments ----

CREATE TABLE segments (
    id              uuid        PRIMARY KEY,
    org             text        NOT NULL,
    movement_id     uuid        NOT NULL,
    position        int4        NOT NULL,          -- from 1, by departure; renumbered with every change
    mode            text        NOT NULL CHECK (mode IN ('flight', 'train', 'bus', 'car', 'ship')),
    carrier         text,
    number          text,
    from_kind       text        NOT NULL CHECK (from_kind IN ('airport', 'place')),
    from_place      text        NOT NULL,          -- IATA code, or the name of a place
    to_kind         text        NOT NULL CHECK (to_kind IN ('airport', 'place')),
    to_place        text        NOT NULL,
    departs_at      timestamptz NOT NULL,
    departure_zone  text        NOT NULL,
    arrives_at      timestamptz NOT NULL,
    arrival_zone    text        NOT NULL,
    status          text        NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'cancelled')),
    version         int4        NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, movement_id) REFERENCES movements (org, id),
    CHECK (departs_at < arrives_at)
);
CREATE INDEX segments_movement ON segments (org, movement_id, position);
SELECT sec.isolate('segments', 'position, mode, carrier, number, from_kind, from_place, to_kind, to_place, departs_at, departure_zone, arrives_at, '
                               'arrival_zone, status, version, updated_at');
CREATE POLICY need_to_know ON segments AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM movements m WHERE m.id = movement_id));

-- Former times of a segment, each with what replaced it: nothing is forgotten by a schedule change.
CREATE TABLE segment_times (
    id              uuid        PRIMARY KEY,
    org             text        NOT NULL,
    segment_id      uuid        NOT NULL,
    departs_at      timestamptz NOT NULL,          -- as they were
    departure_zone  text        NOT NULL,
    arrives_at      timestamptz NOT NULL,
    arrival_zone    text        NOT NULL,
    basis           text        NOT NULL CHECK (basis IN ('announced', 'observed', 'planned')),
    source          text        NOT NULL CHECK (source IN ('carrier', 'supplier', 'airport', 'escort', 'passenger', 'staff')),
    reason          text,
    changed_by      text        NOT NULL,
    changed_at      timestamptz NOT NULL,
    FOREIGN KEY (org, segment_id) REFERENCES segments (org, id)
);
CREATE INDEX segment_times_segment ON segment_times (org, segment_id, changed_at, id);
SELECT sec.isolate('segment_times');
CREATE POLICY need_to_know ON segment_times AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (EXISTS (SELECT 1 FROM segments s WHERE s.id = segment_id));

-- What was seen of a passenger on a segment; the last observation counts, the earlier ones stay beside it.
CREATE TABLE passenger_segments (
    org           text        NOT NULL,
    passenger_id  uuid        NOT NULL,
    segment_id    uuid        NOT NULL,
    outcome       text        NOT NULL CHECK (outcome IN ('boarded', 'noShow', 'deniedBoarding', 'refusedEntry', 'returned')),
    observed_at   timestamptz NOT NULL,
    observed_by   text        NOT NULL,
    recorded_by   text        NOT NULL,
    recorded_at   timestamptz NOT NULL,
    PRIMARY KEY (org, passenger_id, segment_id),
    FOREIGN KEY (org, passenger_id) REFERENCES passengers (org, id),
    FOREIGN KEY (org, segment_id) REFERENCES segments (org, id)
);
SELECT sec.isolate('passenger_segments', 'outcome, observed_at, observed_by, recorded_by, recorded_at');
CREATE POLICY need_to_know ON passenger_segments AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (EXISTS (SELECT 1 FROM passengers p WHERE p.id = passenger_id));

CREATE TABLE passenger_observations (
    id            uuid        PRIMARY KEY,
    org           text        NOT NULL,
    passenger_id  uuid        NOT NULL,
    segment_id    uuid        NOT NULL,
    outcome       text        NOT NULL,
    observed_at   timestamptz NOT NULL,
    observed_by   text        NOT NULL,
    recorded_by   text        NOT NULL,
    recorded_at   timestamptz NOT NULL,
    FOREIGN KEY (org, passenger_id) REFERENCES passengers (org, id),
    FOREIGN KEY (org, segment_id) REFERENCES segments (org, id)
);
CREATE INDEX passenger_observations_passenger ON passenger_observations (org, passenger_id, recorded_at, id);
SELECT sec.isolate('passenger_observations');
CREATE POLICY need_to_know ON passenger_observations AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (EXISTS (SELECT 1 FROM passengers p WHERE p.id = passenger_id));

-- ---- incidents and costs ----

CREATE TABLE incidents (
    id            uuid        PRIMARY KEY,
    org           text        NOT NULL,
    movement_id   uuid        NOT NULL,
    passenger_id  uuid,
    segment_id    uuid,
    kind          text        NOT NULL CHECK (kind IN ('notCleared', 'noShow', 'deniedBoarding', 'refusedEntry', 'returned', 'delay', 'missedConnection',
                                                       'lostDocument', 'lostBaggage', 'medical', 'safety', 'conduct', 'other')),
    severity      text        NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    at            timestamptz NOT NULL,
    description   text,                            -- of staff; what the house notes by itself has none
    source        text        NOT NULL CHECK (source IN ('staff', 'system')),
    status        text        NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed')),
    outcome       text,
    closed_by     text,
    closed_at     timestamptz,
    version       int4        NOT NULL DEFAULT 1,
    created_by    text        NOT NULL,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    FOREIGN KEY (org, movement_id) REFERENCES movements (org, id),
    FOREIGN KEY (org, passenger_id) REFERENCES passengers (org, id),
    FOREIGN KEY (org, segment_id) REFERENCES segments (org, id),
    CHECK ((status = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX incidents_movement ON incidents (org, movement_id, at, id);
SELECT sec.isolate('incidents', 'severity, description, status, outcome, closed_by, closed_at, version, updated_at');
CREATE POLICY need_to_know ON incidents AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM movements m WHERE m.id = movement_id));

-- The ledger: entries are only ever added. Deposits and actuals are what was paid; a refund is what came back of it.
CREATE TABLE costs (
    id           uuid        PRIMARY KEY,
    org          text        NOT NULL,
    movement_id  uuid        NOT NULL,
    kind         text        NOT NULL CHECK (kind IN ('estimate', 'deposit', 'actual', 'refund')),
    category     text        NOT NULL CHECK (category IN ('ticket', 'baggage', 'escort', 'assistance', 'accommodation', 'document', 'medical', 'other')),
    amount       int8        NOT NULL CHECK (amount > 0), -- minor units
    currency     text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    fund         text,
    booking_id   uuid,
    note         text,
    entered_by   text        NOT NULL,
    entered_at   timestamptz NOT NULL,
    FOREIGN KEY (org, movement_id) REFERENCES movements (org, id)
);
CREATE INDEX costs_movement ON costs (org, movement_id, entered_at, id);
SELECT sec.isolate('costs');
CREATE POLICY need_to_know ON costs AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM movements m WHERE m.id = movement_id));

-- More than was paid never comes back, in each currency. The lock makes two refunds at the same moment see each other.
CREATE FUNCTION costs_refund_covered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.movement_id::text || NEW.currency, 1));
    IF (SELECT coalesce(sum(CASE kind WHEN 'refund' THEN -amount ELSE amount END), 0) FROM costs
         WHERE org = NEW.org AND movement_id = NEW.movement_id AND currency = NEW.currency AND kind <> 'estimate') < 0 THEN
        RAISE EXCEPTION 'costs_refund_covered' USING ERRCODE = 'check_violation', CONSTRAINT = 'costs_refund_covered';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER costs_refund_covered AFTER INSERT ON costs FOR EACH ROW WHEN (NEW.kind = 'refund') EXECUTE FUNCTION costs_refund_covered();

-- ---- airports ----

-- Reference data, the same for every organisation; loaded by the owner (wayfare-ctl load airports).
CREATE TABLE airports (
    code          text PRIMARY KEY CHECK (code ~ '^[A-Z]{3}$'), -- IATA
    id            uuid NOT NULL DEFAULT gen_random_uuid(),
    name          text NOT NULL,
    municipality  text,
    country       text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    zone          text,                            -- IANA; NULL: not known
    kind          text NOT NULL,
    latitude      float8,
    longitude     float8
);
CREATE INDEX airports_country ON airports (country, code);
ALTER TABLE airports ENABLE ROW LEVEL SECURITY;
ALTER TABLE airports FORCE ROW LEVEL SECURITY;
GRANT SELECT ON airports TO {{service}}, {{worker}};
CREATE POLICY everybody ON airports FOR SELECT TO {{service}}, {{worker}} USING (true);
CREATE POLICY loader ON airports TO {{owner}} USING (true) WITH CHECK (true);

-- ---- what the API shows ----

CREATE VIEW movements_shown WITH (security_invoker) AS
SELECT id, purpose, programme, reference, group_name AS "group",
       jsonb_build_object('country', origin_country, 'place', origin_place) AS origin,
       jsonb_build_object('country', destination_country, 'place', destination_place) AS destination, earliest, latest,
       priority, fund, cost_centre, status, fitness, offices, departs_at, departure_zone, arrives_at, arrival_zone,
       to_char(departs_at AT TIME ZONE departure_zone, 'YYYY-MM-DD"T"HH24:MI:SS') AS departs_local,
       to_char(arrives_at AT TIME ZONE arrival_zone, 'YYYY-MM-DD"T"HH24:MI:SS') AS arrives_local,
       opened_at, cleared_at, departed_at, arrived_at, handed_over_at, reconciled_at, cancelled_at, cancel_reason, version, created_by, created_at,
       updated_at,
       coalesce((SELECT jsonb_agg(jsonb_build_object('kind', r.ref_kind, 'id', r.ref_id) ORDER BY r.ref_kind, r.ref_id) FROM movement_refs r
                  WHERE r.org = m.org AND r.movement_id = m.id), '[]'::jsonb) AS refs,
       coalesce((SELECT jsonb_agg(jsonb_build_object('pointer', w.pointer, 'code', 'airport.unknown') ORDER BY w.pointer)
                   FROM (VALUES ('/origin/place', origin_place), ('/destination/place', destination_place)) AS w (pointer, place)
                  WHERE w.place ~ '^[A-Z]{3}$' AND NOT EXISTS (SELECT 1 FROM airports a WHERE a.code = w.place)), '[]'::jsonb) AS warnings,
       CASE WHEN NOT sec.has('movements:write') OR status = 'reconciled' THEN '[]'::jsonb
            WHEN departed_at IS NULL AND status <> 'cancelled' THEN '["patch", "makeTransition", "cancel", "addPassenger", "addSegment"]'::jsonb
            ELSE '["makeTransition"]'::jsonb END AS allowed_actions
  FROM movements m;

CREATE VIEW segments_shown WITH (security_invoker) AS
SELECT s.id, s.movement_id, s.position, s.mode, s.carrier, s.number, jsonb_build_object('kind', s.from_kind, 'place', s.from_place) AS "from",
       jsonb_build_object('kind', s.to_kind, 'place', s.to_place) AS "to", s.departs_at, s.departure_zone, s.arrives_at, s.arrival_zone,
       to_char(s.departs_at AT TIME ZONE s.departure_zone, 'YYYY-MM-DD"T"HH24:MI:SS') AS departs_local,
       to_char(s.arrives_at AT TIME ZONE s.arrival_zone, 'YYYY-MM-DD"T"HH24:MI:SS') AS arrives_local,
       (s.arrives_at AT TIME ZONE s.arrival_zone)::date - (s.departs_at AT TIME ZONE s.departure_zone)::date AS arrives_day_offset,
       coalesce((SELECT jsonb_agg(jsonb_build_object('pointer', w.pointer, 'code', w.code) ORDER BY w.pointer)
                   FROM (SELECT p.pointer || CASE WHEN a.code IS NULL THEN '/place' ELSE '' END AS pointer,
                                CASE WHEN a.code IS NULL THEN 'airport.unknown' ELSE 'zone.differs' END AS code
                           FROM (VALUES ('/from', s.from_kind, s.from_place, s.departure_zone), ('/to', s.to_kind, s.to_place, s.arrival_zone))
                                AS p (pointer, kind, place, zone)
                           LEFT JOIN airports a ON a.code = p.place
                          WHERE p.kind = 'airport' AND (a.code IS NULL OR a.zone <> p.zone)) AS w), '[]'::jsonb) AS warnings,
       s.status, s.version, s.created_at, s.updated_at,
       CASE WHEN s.status = 'planned' AND sec.has('segments:write') AND m.status IN ('draft', 'ready', 'abnSent', 'abnAcknowledged', 'clearedToBoard')
                THEN '["patch", "reschedule", "remove"]'::jsonb
            WHEN s.status = 'planned' AND sec.has('segments:write') AND m.status IN ('departed', 'inTransit') THEN '["reschedule"]'::jsonb
            ELSE '[]'::jsonb END AS allowed_actions
  FROM segments s JOIN movements m ON m.org = s.org AND m.id = s.movement_id;

CREATE VIEW passengers_shown WITH (security_invoker) AS
SELECT p.id, p.movement_id, p.ref_id, p.person_id, p.given, p.family,
       CASE WHEN p.birth_date IS NULL THEN NULL ELSE jsonb_build_object('value', p.birth_date, 'estimated', p.birth_estimated) END AS birth_date,
       p.sex, p.nationalities,
       CASE WHEN p.document_kind IS NULL THEN NULL
            ELSE jsonb_build_object('kind', p.document_kind, 'country', p.document_country, 'expiresOn', p.document_expires_on,
                                    'holderName', p.document_holder_name, 'numberKnown', p.document_number IS NOT NULL) END AS document,
       p.needs, p.unaccompanied_minor,
       -- Under age at the departure, by the youngest age that the birth date can mean; who has none counts as under age.
       p.birth_last IS NULL OR p.birth_last > (coalesce(m.departs_at AT TIME ZONE m.departure_zone, m.earliest::timestamp)::date - interval '18 years')::date
           AS minor_at_departure,
       p.status, p.cancel_reason,
       coalesce((SELECT jsonb_agg(jsonb_build_object('segmentId', o.segment_id, 'outcome', o.outcome, 'observedAt', wf.rfc3339(o.observed_at),
                                                     'observedBy', o.observed_by) ORDER BY s.position, s.id)
                   FROM passenger_segments o JOIN segments s ON s.org = o.org AND s.id = o.segment_id
                  WHERE o.org = p.org AND o.passenger_id = p.id), '[]'::jsonb) AS outcomes,
       p.frozen_at, p.version, p.created_at, p.updated_at,
       CASE WHEN NOT sec.has('passengers:write') OR p.status = 'cancelled' THEN '[]'::jsonb
            WHEN m.status IN ('draft', 'ready', 'abnSent', 'abnAcknowledged', 'clearedToBoard') THEN '["patch", "remove", "refresh", "recordOutcome"]'::jsonb
            WHEN m.status = 'reconciled' THEN '[]'::jsonb
            ELSE '["recordOutcome"]'::jsonb END AS allowed_actions
  FROM passengers p JOIN movements m ON m.org = p.org AND m.id = p.movement_id;

CREATE VIEW incidents_shown WITH (security_invoker) AS
SELECT id, movement_id, passenger_id, segment_id, kind, severity, at, description, source, status, outcome, closed_by, closed_at, version, created_by,
       created_at, updated_at,
       CASE WHEN status = 'open' AND sec.has('incidents:write') THEN '["patch", "close"]'::jsonb ELSE '[]'::jsonb END AS allowed_actions
  FROM incidents;

GRANT SELECT ON movements_shown, segments_shown, passengers_shown, incidents_shown TO {{service}}, {{worker}};
