-- Assignments of experts: phases, what must be in place before they go, journeys, trainings, what came of it, claims and surveys.
-- Everything below an assignment is seen by who sees the assignment, and that is who works in its programme.

-- Equality beside overlapping ranges in exclusion constraints.
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- An accepted application becomes an assignment.
--
--            clear            start, or departed         report              evaluate             close
--   planned ───────► cleared ────────────────────► active ──────► reporting ─────────► evaluated ───────► closed
--      ▲               │                           │    ▲             ▲
--      ╰───────────────╯                switchOnline    │ switchBack  │ report
--       reopen, or a guard no                      ▼    │             │
--       longer holds                            switchedOnline ───────╯
--
--   planned, cleared, active, switchedOnline ── abort ──► aborted
CREATE TABLE assignments (
    id               uuid        PRIMARY KEY,
    org              text        NOT NULL,
    programme        text        NOT NULL,
    reference        text        NOT NULL,
    application_id   uuid        NOT NULL,
    expert_id        uuid        NOT NULL,
    tor_id           uuid        NOT NULL,
    tor_version      int4        NOT NULL,        -- the version that was accepted
    institution_id   uuid        NOT NULL,        -- the host
    country          text        NOT NULL,        -- of the host
    status           text        NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'cleared', 'active', 'switchedOnline', 'reporting',
                                                                              'evaluated', 'closed', 'aborted')),
    kind             text        CHECK (kind IN ('physical', 'online', 'hybrid')),  -- follows from the phases; NULL: there are none
    starts_on        date,                        -- of the first and the last phase that is not cancelled
    ends_on          date,
    accepted         bool        NOT NULL DEFAULT true,   -- the expert's acceptance stands
    flagged          text,                        -- why somebody must look: country.closed, travel.delayed, travel.refusedEntry, …
    abort_reason     text,
    claim_cap        int8        CHECK (claim_cap >= 0),  -- of all its claims together, minor units; NULL: no cap
    claimed          int8        NOT NULL DEFAULT 0 CHECK (claimed >= 0),
    claim_currency   text        NOT NULL,
    version          int4        NOT NULL DEFAULT 1,
    created_by       text        NOT NULL,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    UNIQUE (org, id),
    UNIQUE (org, application_id),
    UNIQUE (org, reference),
    FOREIGN KEY (org, application_id) REFERENCES applications (org, id),
    FOREIGN KEY (org, expert_id) REFERENCES experts (org, id),
    FOREIGN KEY (org, tor_id) REFERENCES tors (org, id),
    FOREIGN KEY (org, institution_id) REFERENCES institutions (org, id),
    CONSTRAINT assignments_claim_cap CHECK (claim_cap IS NULL OR claimed <= claim_cap)
);
CREATE INDEX assignments_expert ON assignments (org, expert_id);
CREATE INDEX assignments_list ON assignments (org, created_at DESC, id DESC);
CREATE INDEX assignments_starts ON assignments (org, starts_on, id);
SELECT sec.isolate('assignments', 'status, kind, starts_on, ends_on, accepted, flagged, abort_reason, claimed, version, updated_at');
CREATE POLICY need_to_know ON assignments AS RESTRICTIVE FOR SELECT TO {{service}}
    USING ((SELECT sec.has('internal')) OR 'programme:' || programme = ANY ((SELECT string_to_array(sec.scope(), ' '))::text[]));

-- Who may know of an assignment; for the tables below it.
CREATE FUNCTION sec.isolate_assignment_child(tbl regclass, updates text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM sec.isolate(tbl, updates);
    EXECUTE format('CREATE POLICY need_to_know ON %s AS RESTRICTIVE FOR SELECT TO {{service}}
                    USING (EXISTS (SELECT 1 FROM assignments a WHERE a.id = assignment_id))', tbl);
END
$$;
REVOKE EXECUTE ON FUNCTION sec.isolate_assignment_child(regclass, text) FROM PUBLIC;

CREATE TABLE assignment_moves (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    assignment_id  uuid        NOT NULL,
    transition     text        NOT NULL,
    from_status    text        NOT NULL,
    to_status      text        NOT NULL,
    reason         text,
    by_user        text        NOT NULL,
    at             timestamptz NOT NULL,
    FOREIGN KEY (org, assignment_id) REFERENCES assignments (org, id)
);
CREATE INDEX assignment_moves_assignment ON assignment_moves (org, assignment_id, at);
SELECT sec.isolate_assignment_child('assignment_moves');

-- A stretch of days at the host or online. An expert is in one place at a time: the database holds to it, whoever plans at once.
--
--   planned ──► active ──► done        planned, active ──► switchedOnline (the days stay, the journey goes) ──► done
--      │           ╰──► suspended ──► planned, switchedOnline
--      ╰──► cancelled (from any but done)
CREATE TABLE phases (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    assignment_id  uuid        NOT NULL,
    expert_id      uuid        NOT NULL,
    kind           text        NOT NULL CHECK (kind IN ('physical', 'online')),
    starts_on      date        NOT NULL,
    ends_on        date        NOT NULL,
    country        text        NOT NULL,
    place          text,
    hours_per_week int4        CHECK (hours_per_week BETWEEN 1 AND 60),
    status         text        NOT NULL DEFAULT 'planned'
                   CHECK (status IN ('planned', 'active', 'switchedOnline', 'suspended', 'done', 'cancelled')),
    flagged        text,
    version        int4        NOT NULL DEFAULT 1,
    created_by     text        NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, assignment_id) REFERENCES assignments (org, id),
    FOREIGN KEY (org, expert_id) REFERENCES experts (org, id),
    CHECK (starts_on <= ends_on),
    CONSTRAINT phases_clash EXCLUDE USING gist (org WITH =, expert_id WITH =, daterange(starts_on, ends_on, '[]') WITH &&)
        WHERE (status NOT IN ('cancelled', 'suspended'))
);
CREATE INDEX phases_assignment ON phases (org, assignment_id, starts_on);
CREATE INDEX phases_country ON phases (org, country) WHERE status IN ('planned', 'active');
SELECT sec.isolate_assignment_child('phases', 'starts_on, ends_on, country, place, hours_per_week, status, flagged, version, updated_at');

-- What keeps an expert safe: an insurance with its validity, a security briefing for a country on a day.
CREATE TABLE safeguards (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    assignment_id  uuid        NOT NULL,
    kind           text        NOT NULL CHECK (kind IN ('insurance', 'securityBriefing')),
    country        text,                          -- briefing: of which country
    provider       text        NOT NULL,          -- insurer, or who briefed
    valid_from     date        NOT NULL,          -- briefing: the day it was held
    valid_until    date,                          -- insurance only
    created_by     text        NOT NULL,
    created_at     timestamptz NOT NULL,
    FOREIGN KEY (org, assignment_id) REFERENCES assignments (org, id),
    CHECK ((kind = 'insurance') = (valid_until IS NOT NULL)),
    CHECK ((kind = 'securityBriefing') = (country IS NOT NULL)),
    CHECK (valid_from <= valid_until)
);
CREATE INDEX safeguards_assignment ON safeguards (org, assignment_id, valid_from);
SELECT sec.isolate_assignment_child('safeguards');

-- The talk with an expert whose residence forbids the journey. That it was held says something of the residence: only who may read that
-- may read this.
CREATE TABLE travel_counsellings (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    assignment_id  uuid        NOT NULL,
    country        text        NOT NULL,
    held_on        date        NOT NULL,
    outcome        text        NOT NULL CHECK (outcome IN ('staysOnline', 'withdraws', 'statusChanges')),
    note           text,
    created_by     text        NOT NULL,
    created_at     timestamptz NOT NULL,
    FOREIGN KEY (org, assignment_id) REFERENCES assignments (org, id)
);
CREATE INDEX travel_counsellings_assignment ON travel_counsellings (org, assignment_id, held_on);
SELECT sec.isolate_assignment_child('travel_counsellings');
CREATE POLICY residence ON travel_counsellings AS RESTRICTIVE FOR SELECT TO {{service}}
    USING ((SELECT sec.has('experts.residence:read')) OR (SELECT sec.has('internal')));

-- A journey that the travel service was asked for, and what it has told since. The party is frozen when it is asked: what the travel
-- service fetches is what was asked for. One of an assignment is for a phase.
--
--   requested ──► planned ──► ticketed ──► cleared ──► departed ──► arrived
--                                                          ╰──► refusedEntry
--   before departed: ──► cancelled | noShow
CREATE TABLE travel_requests (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    programme      text        NOT NULL,
    ref_kind       text        NOT NULL CHECK (ref_kind IN ('assignment', 'mission')),
    ref_id         uuid        NOT NULL,
    assignment_id  uuid,
    phase_id       uuid,
    status         text        NOT NULL DEFAULT 'requested'
                   CHECK (status IN ('requested', 'planned', 'ticketed', 'cleared', 'departed', 'arrived', 'noShow', 'refusedEntry', 'cancelled')),
    movement_id    uuid,                          -- in the travel service
    earliest       date        NOT NULL,
    latest         date        NOT NULL,
    party          bytea       NOT NULL,          -- sealed, class document, place travel_requests.party: TravelParty as JSON
    departs_at     timestamptz,                   -- planned
    departure_zone text,
    arrives_at     timestamptz,
    arrival_zone   text,
    departed_at    timestamptz,                   -- observed
    arrived_at     timestamptz,
    cancel_reason  text,
    version        int4        NOT NULL DEFAULT 1,
    created_by     text        NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    FOREIGN KEY (org, assignment_id) REFERENCES assignments (org, id),
    FOREIGN KEY (org, phase_id) REFERENCES phases (org, id),
    CHECK ((ref_kind = 'assignment') = (assignment_id IS NOT NULL)),
    CHECK ((assignment_id IS NULL) = (phase_id IS NULL)),
    CHECK (earliest <= latest),
    CHECK ((status = 'cancelled') = (cancel_reason IS NOT NULL))
);
CREATE INDEX travel_requests_assignment ON travel_requests (org, assignment_id, created_at DESC);
CREATE INDEX travel_requests_ref ON travel_requests (org, ref_id);
-- One journey at a time for a phase; one that came to nothing can be asked for anew.
CREATE UNIQUE INDEX travel_requests_phase ON travel_requests (org, phase_id) WHERE status NOT IN ('cancelled', 'noShow', 'refusedEntry');
SELECT sec.isolate('travel_requests', 'status, movement_id, departs_at, departure_zone, arrives_at, arrival_zone, departed_at, arrived_at, '
                                      'cancel_reason, version, updated_at');
CREATE POLICY need_to_know ON travel_requests AS RESTRICTIVE FOR SELECT TO {{service}}
    USING ((SELECT sec.has('internal')) OR 'programme:' || programme = ANY ((SELECT string_to_array(sec.scope(), ' '))::text[]));

-- ---- trainings before departure ----

CREATE TABLE training_sessions (
    id          uuid        PRIMARY KEY,
    org         text        NOT NULL,
    programme   text        NOT NULL,
    training    text        NOT NULL,             -- code: preDeparture, …
    title       text        NOT NULL,
    starts_at   timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL,
    zone        text        NOT NULL,
    place       text,
    link        text,
    trainer     text        NOT NULL,
    seats       int4        NOT NULL CHECK (seats BETWEEN 1 AND 200),
    taken       int4        NOT NULL DEFAULT 0,
    status      text        NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'held', 'cancelled')),
    version     int4        NOT NULL DEFAULT 1,
    created_by  text        NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    UNIQUE (org, id),
    CHECK (starts_at < ends_at),
    CHECK (place IS NOT NULL OR link IS NOT NULL),
    CONSTRAINT training_sessions_seats CHECK (taken BETWEEN 0 AND seats)
);
CREATE INDEX training_sessions_list ON training_sessions (org, starts_at, id);
SELECT sec.isolate('training_sessions', 'taken, status, version, updated_at');
CREATE POLICY need_to_know ON training_sessions AS RESTRICTIVE FOR SELECT TO {{service}}
    USING ((SELECT sec.has('internal')) OR 'programme:' || programme = ANY ((SELECT string_to_array(sec.scope(), ' '))::text[]));

--   enrolled ──► attended ──► certified
--      ├──► absent
--      ╰──► withdrawn
CREATE TABLE training_enrolments (
    id              uuid        PRIMARY KEY,
    org             text        NOT NULL,
    session_id      uuid        NOT NULL,
    assignment_id   uuid        NOT NULL,
    status          text        NOT NULL DEFAULT 'enrolled' CHECK (status IN ('enrolled', 'attended', 'absent', 'certified', 'withdrawn')),
    certificate     text,                         -- its reference
    certified_on    date,
    version         int4        NOT NULL DEFAULT 1,
    created_by      text        NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    FOREIGN KEY (org, session_id) REFERENCES training_sessions (org, id),
    FOREIGN KEY (org, assignment_id) REFERENCES assignments (org, id),
    UNIQUE (org, id),
    CHECK ((status = 'certified') = (certificate IS NOT NULL)),
    CHECK ((certificate IS NULL) = (certified_on IS NULL))
);
CREATE UNIQUE INDEX training_enrolments_once ON training_enrolments (org, session_id, assignment_id) WHERE status <> 'withdrawn';
CREATE INDEX training_enrolments_assignment ON training_enrolments (org, assignment_id);
SELECT sec.isolate_assignment_child('training_enrolments', 'status, certificate, certified_on, version, updated_at');

-- ---- what came of it ----

CREATE TABLE activity_logs (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    assignment_id  uuid        NOT NULL,
    on_day         date        NOT NULL,
    kind           text        NOT NULL CHECK (kind IN ('training', 'coaching', 'advice', 'research', 'teaching', 'design', 'meeting', 'other')),
    mode           text        NOT NULL CHECK (mode IN ('physical', 'online')),
    hours          int4        NOT NULL CHECK (hours BETWEEN 1 AND 24),
    participants   int4        CHECK (participants >= 0),
    summary        text        NOT NULL,
    version        int4        NOT NULL DEFAULT 1,
    created_by     text        NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    FOREIGN KEY (org, assignment_id) REFERENCES assignments (org, id)
);
CREATE INDEX activity_logs_assignment ON activity_logs (org, assignment_id, on_day, id);
SELECT sec.isolate_assignment_child('activity_logs', 'on_day, kind, mode, hours, participants, summary, version, updated_at');

--   submitted ──► accepted
--       │  ▲
--       ▼  │ resubmit
--     returned
CREATE TABLE reports (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    assignment_id  uuid        NOT NULL,
    kind           text        NOT NULL CHECK (kind IN ('interim', 'final', 'host')),
    text           text        NOT NULL,
    status         text        NOT NULL DEFAULT 'submitted' CHECK (status IN ('submitted', 'accepted', 'returned')),
    return_reason  text,
    submitted_by   text        NOT NULL,
    decided_by     text,
    decided_at     timestamptz,
    version        int4        NOT NULL DEFAULT 1,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    FOREIGN KEY (org, assignment_id) REFERENCES assignments (org, id),
    CHECK ((status = 'submitted') = (decided_by IS NULL)),
    CHECK (decided_by <> submitted_by),
    CHECK ((status = 'returned') = (return_reason IS NOT NULL))
);
CREATE INDEX reports_assignment ON reports (org, assignment_id, created_at DESC, id DESC);
SELECT sec.isolate_assignment_child('reports', 'text, status, return_reason, submitted_by, decided_by, decided_at, version, updated_at');

CREATE TABLE outcomes (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    assignment_id  uuid        NOT NULL,
    transfer       text        NOT NULL CHECK (transfer IN ('training', 'coaching', 'curriculum', 'procedure', 'tool', 'network', 'research', 'policy')),
    summary        text        NOT NULL,
    beneficiaries  int4        NOT NULL CHECK (beneficiaries BETWEEN 0 AND 1000000),
    women          int4        CHECK (women BETWEEN 0 AND beneficiaries),
    sdg            int4        NOT NULL CHECK (sdg BETWEEN 1 AND 17),
    version        int4        NOT NULL DEFAULT 1,
    created_by     text        NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    FOREIGN KEY (org, assignment_id) REFERENCES assignments (org, id)
);
CREATE INDEX outcomes_assignment ON outcomes (org, assignment_id, created_at, id);
SELECT sec.isolate_assignment_child('outcomes', 'transfer, summary, beneficiaries, women, sdg, version, updated_at');

-- ---- claims ----

--   draft ──► submitted ──► approved ──► paid
--     ▲           │
--     ╰────────── ▼
--   patch      returned ──► submitted
--
-- Who asks, who approves and who pays are three people. A submitted claim counts against the cap of its assignment, a returned one no longer.
CREATE TABLE claims (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    assignment_id  uuid        NOT NULL,
    currency       text        NOT NULL,
    allowance      int8        NOT NULL CHECK (allowance >= 0),   -- minor units
    actual         int8        NOT NULL CHECK (actual >= 0),
    total          int8        NOT NULL GENERATED ALWAYS AS (allowance + actual) STORED,
    rates_version  text        NOT NULL,          -- of the table of daily allowances
    status         text        NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'submitted', 'approved', 'returned', 'paid')),
    requested_by   text        NOT NULL,
    approved_by    text,
    paid_by        text,
    submitted_at   timestamptz,
    approved_at    timestamptz,
    paid_at        timestamptz,
    return_reason  text,
    payment_ref    text,
    version        int4        NOT NULL DEFAULT 1,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, assignment_id) REFERENCES assignments (org, id),
    CHECK (approved_by <> requested_by),
    CHECK (paid_by <> requested_by AND paid_by <> approved_by),
    CHECK ((status IN ('approved', 'paid')) = (approved_by IS NOT NULL)),
    CHECK ((status = 'paid') = (paid_by IS NOT NULL)),
    CHECK ((status = 'returned') = (return_reason IS NOT NULL))
);
CREATE INDEX claims_assignment ON claims (org, assignment_id, created_at DESC, id DESC);
CREATE INDEX claims_list ON claims (org, created_at DESC, id DESC);
SELECT sec.isolate_assignment_child('claims', 'currency, allowance, actual, rates_version, status, requested_by, approved_by, paid_by, submitted_at, approved_at, '
                                              'paid_at, return_reason, payment_ref, version, updated_at');

-- Days at a place at the table's rate. Of one assignment a day is claimed once.
CREATE TABLE claim_allowances (
    id             uuid    PRIMARY KEY,
    org            text    NOT NULL,
    assignment_id  uuid    NOT NULL,
    claim_id       uuid    NOT NULL,
    country        text    NOT NULL,
    place          text,
    from_day       date    NOT NULL,
    until_day      date    NOT NULL,
    amount         int8    NOT NULL CHECK (amount >= 0),
    dropped        bool    NOT NULL DEFAULT false,   -- replaced by a later wording of the draft
    FOREIGN KEY (org, claim_id) REFERENCES claims (org, id),
    FOREIGN KEY (org, assignment_id) REFERENCES assignments (org, id),
    CHECK (from_day <= until_day),
    CONSTRAINT claim_allowances_day EXCLUDE USING gist (org WITH =, assignment_id WITH =, daterange(from_day, until_day, '[]') WITH &&)
        WHERE (NOT dropped)
);
CREATE INDEX claim_allowances_claim ON claim_allowances (org, claim_id);
SELECT sec.isolate_assignment_child('claim_allowances', 'dropped');

CREATE TABLE claim_costs (
    id             uuid    PRIMARY KEY,
    org            text    NOT NULL,
    assignment_id  uuid    NOT NULL,
    claim_id       uuid    NOT NULL,
    kind           text    NOT NULL CHECK (kind IN ('visa', 'vaccination', 'localTransport', 'accommodation', 'material', 'communication', 'other')),
    on_day         date    NOT NULL,
    amount         int8    NOT NULL CHECK (amount > 0),
    document_ref   text    NOT NULL,               -- of the receipt, where finance keeps it
    dropped        bool    NOT NULL DEFAULT false,
    FOREIGN KEY (org, claim_id) REFERENCES claims (org, id),
    FOREIGN KEY (org, assignment_id) REFERENCES assignments (org, id)
);
CREATE INDEX claim_costs_claim ON claim_costs (org, claim_id);
-- A receipt is claimed once.
CREATE UNIQUE INDEX claim_costs_receipt ON claim_costs (org, document_ref) WHERE NOT dropped;
SELECT sec.isolate_assignment_child('claim_costs', 'dropped');

-- ---- surveys ----

-- Whom to ask besides the expert: colleagues at the host, the host itself. Their address is sealed.
CREATE TABLE survey_respondents (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    assignment_id  uuid        NOT NULL,
    role           text        NOT NULL CHECK (role IN ('expert', 'colleague', 'host')),
    respondent_ref text        NOT NULL,           -- how staff name the respondent, without the name
    languages      text[]      NOT NULL,
    zone           text        NOT NULL,
    contact        bytea,                          -- sealed, class document, place survey_respondents.contact; NULL: the expert's own contact points
    ended_at       timestamptz,
    created_by     text        NOT NULL,
    created_at     timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, assignment_id) REFERENCES assignments (org, id),
    CHECK ((role = 'expert') = (contact IS NULL))
);
CREATE UNIQUE INDEX survey_respondents_ref ON survey_respondents (org, assignment_id, respondent_ref) WHERE ended_at IS NULL;
SELECT sec.isolate_assignment_child('survey_respondents', 'ended_at');

--   scheduled ──► open ──► closed        scheduled, open ──► cancelled (with the assignment)
CREATE TABLE survey_waves (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    assignment_id  uuid        NOT NULL,
    wave           text        NOT NULL,           -- code of the programme: before, end, after12
    roles          text[]      NOT NULL,
    opens_on       date,                           -- NULL while the assignment has no dates
    open_days      int4        NOT NULL CHECK (open_days BETWEEN 1 AND 365),
    status         text        NOT NULL DEFAULT 'scheduled' CHECK (status IN ('scheduled', 'open', 'closed', 'cancelled')),
    opened_at      timestamptz,
    closed_at      timestamptz,
    version        int4        NOT NULL DEFAULT 1,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    UNIQUE (org, id),
    UNIQUE (org, assignment_id, wave),
    FOREIGN KEY (org, assignment_id) REFERENCES assignments (org, id),
    CHECK (status <> 'open' OR opened_at IS NOT NULL)
);
SELECT sec.isolate_assignment_child('survey_waves', 'opens_on, status, opened_at, closed_at, version, updated_at');

CREATE TABLE survey_invitations (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    assignment_id  uuid        NOT NULL,
    wave_id        uuid        NOT NULL,
    respondent_id  uuid        NOT NULL,
    instrument     text        NOT NULL,           -- pinned when it is sent
    instrument_version int4    NOT NULL,
    status         text        NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'answered', 'lapsed')),
    answers        jsonb,
    answered_at    timestamptz,
    recorded_by    text,
    version        int4        NOT NULL DEFAULT 1,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    UNIQUE (org, id),
    UNIQUE (org, wave_id, respondent_id),
    FOREIGN KEY (org, wave_id) REFERENCES survey_waves (org, id),
    FOREIGN KEY (org, respondent_id) REFERENCES survey_respondents (org, id),
    FOREIGN KEY (org, assignment_id) REFERENCES assignments (org, id),
    CHECK ((status = 'answered') = (answers IS NOT NULL))
);
SELECT sec.isolate_assignment_child('survey_invitations', 'status, answers, answered_at, recorded_by, version, updated_at');

-- ---- what the API shows: with the rights of the reader, and what the reader may do in the present state ----

CREATE VIEW assignments_shown WITH (security_invoker) AS
SELECT id, programme, reference, application_id, expert_id, tor_id, tor_version, institution_id, country, status, kind, starts_on, ends_on, accepted,
       flagged, abort_reason, claim_cap, claimed, claim_currency, version, created_by, created_at, updated_at,
       CASE WHEN NOT sec.has('assignments:write') THEN '[]'::jsonb
            WHEN status = 'planned' THEN '["patch", "addPhase", "addSafeguard", "requestTravel", "clear", "abort"]'::jsonb
            WHEN status = 'cleared' THEN '["patch", "addPhase", "addSafeguard", "requestTravel", "reopen", "start", "abort"]'::jsonb
            WHEN status = 'active' THEN '["patch", "addPhase", "addSafeguard", "requestTravel", "switchOnline", "report", "abort"]'::jsonb
            WHEN status = 'switchedOnline' THEN '["patch", "addPhase", "addSafeguard", "switchBack", "report", "abort"]'::jsonb
            WHEN status = 'reporting' THEN '["patch", "evaluate"]'::jsonb
            WHEN status = 'evaluated' THEN '["patch", "close"]'::jsonb
            ELSE '[]'::jsonb END AS allowed_actions
  FROM assignments;

CREATE VIEW phases_shown WITH (security_invoker) AS
SELECT p.id, p.assignment_id, p.kind, p.starts_on, p.ends_on, p.country, p.place, p.hours_per_week, p.status, p.flagged,
       coalesce(t.status, 'none') AS travel, t.movement_id, t.departs_at, t.departure_zone, t.arrives_at, t.arrival_zone, t.departed_at, t.arrived_at,
       p.version, p.created_by, p.created_at, p.updated_at,
       CASE WHEN NOT sec.has('assignments:write') THEN '[]'::jsonb
            WHEN p.status IN ('planned', 'suspended') THEN '["patch", "cancel"]'::jsonb
            WHEN p.status IN ('active', 'switchedOnline') THEN '["patch"]'::jsonb
            ELSE '[]'::jsonb END AS allowed_actions
  FROM phases p
  LEFT JOIN LATERAL (SELECT r.status, r.movement_id, r.departs_at, r.departure_zone, r.arrives_at, r.arrival_zone, r.departed_at, r.arrived_at
                       FROM travel_requests r WHERE r.org = p.org AND r.phase_id = p.id ORDER BY r.created_at DESC, r.id DESC LIMIT 1) t ON true;

CREATE VIEW travel_requests_shown WITH (security_invoker) AS
SELECT id, ref_kind, ref_id, assignment_id, phase_id, status, movement_id, earliest, latest, departs_at, departure_zone, arrives_at, arrival_zone,
       departed_at, arrived_at, cancel_reason, version, created_by, created_at, updated_at,
       CASE WHEN sec.has('assignments:write') AND status IN ('requested', 'planned', 'ticketed', 'cleared') THEN '["cancel"]'::jsonb
            ELSE '[]'::jsonb END AS allowed_actions
  FROM travel_requests;

CREATE VIEW training_sessions_shown WITH (security_invoker) AS
SELECT id, programme, training, title, starts_at, ends_at, zone, place, link, trainer, seats, taken, status, version, created_by, created_at, updated_at,
       CASE WHEN sec.has('expert-trainings:write') AND status = 'planned' THEN '["enrol", "recordAttendance", "cancel"]'::jsonb
            ELSE '[]'::jsonb END AS allowed_actions
  FROM training_sessions;

CREATE VIEW training_enrolments_shown WITH (security_invoker) AS
SELECT id, session_id, assignment_id, status, certificate, certified_on, version, created_by, created_at, updated_at,
       CASE WHEN NOT sec.has('expert-trainings:write') THEN '[]'::jsonb
            WHEN status = 'enrolled' THEN '["withdraw"]'::jsonb
            WHEN status = 'attended' THEN '["certify"]'::jsonb
            ELSE '[]'::jsonb END AS allowed_actions
  FROM training_enrolments;

CREATE VIEW reports_shown WITH (security_invoker) AS
SELECT id, assignment_id, kind, text, status, return_reason, submitted_by, decided_by, decided_at, version, created_at, updated_at,
       CASE WHEN status = 'submitted' AND sec.has('reports:decide') AND submitted_by <> sec.sub() THEN '["accept", "return"]'::jsonb
            WHEN status = 'returned' AND sec.has('assignments:write') THEN '["resubmit"]'::jsonb
            ELSE '[]'::jsonb END AS allowed_actions
  FROM reports;

CREATE VIEW claims_shown WITH (security_invoker) AS
SELECT c.id, c.assignment_id, c.currency, c.allowance, c.actual, c.total, c.rates_version, c.status, c.requested_by, c.approved_by, c.paid_by,
       c.submitted_at, c.approved_at, c.paid_at, c.return_reason, c.payment_ref, c.version, c.created_at, c.updated_at,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('country', l.country, 'place', l.place, 'from', l.from_day, 'until', l.until_day, 'amount', l.amount)
                                  ORDER BY l.from_day), '[]')
          FROM claim_allowances l WHERE l.org = c.org AND l.claim_id = c.id AND NOT l.dropped) AS allowances,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', k.kind, 'on', k.on_day, 'amount', k.amount, 'documentRef', k.document_ref)
                                  ORDER BY k.on_day, k.id), '[]')
          FROM claim_costs k WHERE k.org = c.org AND k.claim_id = c.id AND NOT k.dropped) AS costs,
       CASE WHEN c.status IN ('draft', 'returned') AND sec.has('claims:write') THEN '["putLines", "submit"]'::jsonb
            WHEN c.status = 'submitted' AND sec.has('claims:approve') AND c.requested_by <> sec.sub() THEN '["approve", "return"]'::jsonb
            WHEN c.status = 'approved' AND sec.has('claims:pay') AND c.requested_by <> sec.sub() AND c.approved_by <> sec.sub() THEN '["pay"]'::jsonb
            ELSE '[]'::jsonb END AS allowed_actions
  FROM claims c;

CREATE VIEW survey_waves_shown WITH (security_invoker) AS
SELECT w.id, w.assignment_id, w.wave, w.roles, w.opens_on, w.open_days, w.status, w.opened_at, w.closed_at,
       (SELECT count(*)::int4 FROM survey_invitations i WHERE i.org = w.org AND i.wave_id = w.id) AS invited,
       (SELECT count(*)::int4 FROM survey_invitations i WHERE i.org = w.org AND i.wave_id = w.id AND i.status = 'answered') AS answered,
       w.version, w.created_at, w.updated_at,
       CASE WHEN w.status = 'open' AND sec.has('surveys:write') THEN '["close"]'::jsonb ELSE '[]'::jsonb END AS allowed_actions
  FROM survey_waves w;

GRANT SELECT ON assignments_shown, phases_shown, travel_requests_shown, training_sessions_shown, training_enrolments_shown, reports_shown, claims_shown,
                survey_waves_shown TO {{service}}, {{worker}};
