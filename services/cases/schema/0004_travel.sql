-- Travel together with the case: what is asked of the travel service, what it tells back (mirrored by events, so that guards judge in
-- one round trip and no peer is asked), and what follows the return. All are children of a case and are seen only by who sees the case.

ALTER TABLE case_roles ADD UNIQUE (org, id);

-- A journey asked for the persons of a case; one is active at a time.
--
--     requested --movement made--> made --arrived, not shown, refused entry--> ended
--         |                         |
--         +--withdrawn, case stopped, movement cancelled--> cancelled
--
CREATE TABLE travel_requests (
    id                   uuid        PRIMARY KEY,
    org                  text        NOT NULL,
    case_id              uuid        NOT NULL,
    origin_country       text        NOT NULL CHECK (origin_country ~ '^[A-Z]{2}$'),
    origin_place         text,
    destination_country  text        NOT NULL CHECK (destination_country ~ '^[A-Z]{2}$'),
    destination_place    text,
    earliest             date        NOT NULL,
    latest               date        NOT NULL,
    receiver_role_id     uuid,                    -- who meets the travellers: a role of the case
    status               text        NOT NULL DEFAULT 'requested' CHECK (status IN ('requested', 'made', 'cancelled', 'ended')),
    movement_id          uuid,                    -- of the travel service, once it has made one
    end_reason           text,                    -- code, when cancelled or ended
    ended_at             timestamptz,
    version              int4        NOT NULL DEFAULT 1,
    created_by           text        NOT NULL,
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    FOREIGN KEY (org, receiver_role_id) REFERENCES case_roles (org, id),
    CHECK (earliest <= latest),
    CHECK ((status IN ('cancelled', 'ended')) = (ended_at IS NOT NULL)),
    CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
    CHECK (status <> 'made' OR movement_id IS NOT NULL)
);
CREATE UNIQUE INDEX travel_requests_active ON travel_requests (org, case_id) WHERE status IN ('requested', 'made');
CREATE INDEX travel_requests_case ON travel_requests (org, case_id, created_at DESC, id DESC);
SELECT sec.isolate('travel_requests', 'status, movement_id, end_reason, ended_at, version, updated_at');
CREATE POLICY need_to_know ON travel_requests AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

-- Who travels, what each needs, and on which document of the case.
CREATE TABLE travel_request_persons (
    org          text   NOT NULL,
    request_id   uuid   NOT NULL,
    case_id      uuid   NOT NULL,
    person_id    uuid   NOT NULL,
    position     int4   NOT NULL,
    needs        text[] NOT NULL CHECK (needs <@ '{wheelchair,medical,escort,unaccompaniedMinor,infant,diet,stretcher,oxygen,visual,hearing,pregnancy}'),
    document_id  uuid,
    PRIMARY KEY (org, request_id, person_id),
    FOREIGN KEY (org, request_id) REFERENCES travel_requests (org, id),
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    FOREIGN KEY (org, person_id) REFERENCES persons (org, id),
    FOREIGN KEY (org, document_id) REFERENCES documents (org, id)
);
CREATE INDEX travel_request_persons_case ON travel_request_persons (org, case_id);
SELECT sec.isolate('travel_request_persons');
CREATE POLICY need_to_know ON travel_request_persons AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

-- The movement of a case as the travel service tells it. Of several the one that is not over counts; what comes late for another is
-- ignored.
--
--     planned --ready--> ready --ticketed--> ticketed --cleared--> cleared --> departed --> arrived
--        |                 |                    |                     |           |
--        +-----------------+--------------------+---------------------+--> cancelled
--     any --> superseded by a later movement; ended when all travellers of the case were left behind or refused entry
--
CREATE TABLE case_journeys (
    org             text        NOT NULL,
    case_id         uuid        NOT NULL,
    movement_id     uuid        NOT NULL,
    request_id      uuid,
    status          text        NOT NULL CHECK (status IN ('planned', 'ready', 'ticketed', 'cleared', 'departed', 'arrived', 'cancelled', 'superseded', 'ended')),
    departs_at      timestamptz,
    departure_zone  text,
    arrives_at      timestamptz,
    arrival_zone    text,
    ticketed_at     timestamptz,                  -- when the ticket was told; NULL: none, or no longer
    cleared_at      timestamptz,
    departed_at     timestamptz,
    arrived_at      timestamptz,
    cancel_reason   text,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    PRIMARY KEY (org, case_id, movement_id),
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    FOREIGN KEY (org, request_id) REFERENCES travel_requests (org, id),
    CHECK ((departs_at IS NULL) = (departure_zone IS NULL)),
    CHECK ((arrives_at IS NULL) = (arrival_zone IS NULL))
);
CREATE UNIQUE INDEX case_journeys_current ON case_journeys (org, case_id) WHERE status NOT IN ('cancelled', 'superseded', 'ended');
SELECT sec.isolate('case_journeys', 'status, departs_at, departure_zone, arrives_at, arrival_zone, ticketed_at, cleared_at, departed_at, '
                                    'arrived_at, cancel_reason, updated_at');
CREATE POLICY need_to_know ON case_journeys AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

-- What was observed of a traveller of the case on a movement.
CREATE TABLE case_passengers (
    org          text        NOT NULL,
    case_id      uuid        NOT NULL,
    movement_id  uuid        NOT NULL,
    person_id    uuid        NOT NULL,
    outcome      text        NOT NULL CHECK (outcome IN ('noShow', 'refusedEntry', 'deniedBoarding')),
    observed_at  timestamptz NOT NULL,
    PRIMARY KEY (org, case_id, movement_id, person_id),
    FOREIGN KEY (org, case_id, movement_id) REFERENCES case_journeys (org, case_id, movement_id)
);
SELECT sec.isolate('case_passengers', 'outcome, observed_at');
CREATE POLICY need_to_know ON case_passengers AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

-- Clearances of travellers, the last one of each kind: fitness to travel, exit permits, visas. A code, never a diagnosis.
CREATE TABLE case_clearances (
    org          text        NOT NULL,
    case_id      uuid        NOT NULL,
    movement_id  uuid        NOT NULL,
    person_id    uuid        NOT NULL,
    kind         text        NOT NULL,
    outcome      text        NOT NULL,
    at           timestamptz NOT NULL,
    PRIMARY KEY (org, case_id, movement_id, person_id, kind),
    FOREIGN KEY (org, case_id, movement_id) REFERENCES case_journeys (org, case_id, movement_id)
);
SELECT sec.isolate('case_clearances', 'outcome, at');
CREATE POLICY need_to_know ON case_clearances AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

-- What the programme plans after a status was entered (monitoring visits): each becomes a task shortly before its day.
CREATE TABLE case_follow_ups (
    id          uuid        PRIMARY KEY,
    org         text        NOT NULL,
    case_id     uuid        NOT NULL,
    code        text        NOT NULL,
    months      int4        NOT NULL CHECK (months BETWEEN 1 AND 120),
    due_on      date        NOT NULL,
    status      text        NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'made', 'cancelled')),
    task_id     uuid,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    FOREIGN KEY (org, task_id) REFERENCES tasks (org, id),
    CHECK ((status = 'made') = (task_id IS NOT NULL))
);
CREATE UNIQUE INDEX case_follow_ups_planned ON case_follow_ups (org, case_id, code, months) WHERE status <> 'cancelled';
SELECT sec.isolate('case_follow_ups', 'status, task_id, updated_at');
CREATE POLICY need_to_know ON case_follow_ups AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

-- When what a move records was observed; NULL: a decision, made when it was recorded.
ALTER TABLE case_moves ADD observed_at timestamptz;

-- Open cases may be moved to a newer version of their programme.
GRANT UPDATE (programme_version) ON cases TO {{service}}, {{worker}};
