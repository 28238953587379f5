-- The daily work on a case: appointments, tasks, notes, decisions, documents, the timeline. All are children of a case (a task may
-- stand alone) and are seen only by who sees the case.

CREATE TABLE appointments (
    id                uuid        PRIMARY KEY,
    org               text        NOT NULL,
    case_id           uuid        NOT NULL,
    person_id         uuid,
    kind              text        NOT NULL CHECK (kind IN ('counselling', 'interview', 'embassy', 'medical', 'information')),
    starts_at         timestamptz NOT NULL,
    duration_minutes  int4        NOT NULL CHECK (duration_minutes BETWEEN 5 AND 600),
    zone              text        NOT NULL,
    place             text,
    link              text,
    interpreter       text,                       -- language code; NULL: none needed
    staff             text        NOT NULL,       -- subject of the user who holds it
    status            text        NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'held', 'noShow', 'cancelled')),
    attended          jsonb,                      -- [personId] who came, when held
    outcome           text,
    cancel_reason     text,
    version           int4        NOT NULL DEFAULT 1,
    created_by        text        NOT NULL,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    FOREIGN KEY (org, person_id) REFERENCES persons (org, id),
    CHECK (place IS NOT NULL OR link IS NOT NULL)
);
CREATE INDEX appointments_case ON appointments (org, case_id, starts_at);
CREATE INDEX appointments_staff ON appointments (org, staff, starts_at, id) WHERE status = 'planned';
CREATE INDEX appointments_starts ON appointments (org, starts_at, id);
SELECT sec.isolate('appointments', 'person_id, starts_at, duration_minutes, zone, place, link, interpreter, staff, status, attended, '
                                   'outcome, cancel_reason, version, updated_at');
CREATE POLICY need_to_know ON appointments AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

CREATE TABLE tasks (
    id           uuid        PRIMARY KEY,
    org          text        NOT NULL,
    case_id      uuid,
    kind         text        NOT NULL,            -- general, review, call, protectionReview, followUp, …
    title        text        NOT NULL,
    details      text,
    urgency      text        NOT NULL CHECK (urgency IN ('low', 'normal', 'high', 'immediate')),
    due_on       date        NOT NULL,            -- from the urgency in Dutch working days, unless given
    assignee     text,                            -- subject of a user; NULL: the case's caseworker, or nobody yet
    status       text        NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'done', 'cancelled')),
    outcome      text,
    done_by      text,
    done_at      timestamptz,
    overdue_at   timestamptz,                     -- when it was found overdue
    sensitivity  text        NOT NULL DEFAULT '' CHECK (sensitivity IN ('', 'protection')),
    version      int4        NOT NULL DEFAULT 1,
    created_by   text        NOT NULL,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    CHECK ((status = 'open') = (done_at IS NULL))
);
CREATE INDEX tasks_case ON tasks (org, case_id, due_on) WHERE case_id IS NOT NULL;
CREATE INDEX tasks_assignee ON tasks (org, assignee, due_on, id) WHERE status = 'open';
CREATE INDEX tasks_due ON tasks (org, due_on, id);
SELECT sec.isolate('tasks', 'title, details, urgency, due_on, assignee, status, outcome, done_by, done_at, overdue_at, version, updated_at');
CREATE POLICY need_to_know ON tasks AS RESTRICTIVE FOR SELECT TO {{service}}
    USING ((case_id IS NULL OR EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id))
           AND (sensitivity = '' OR (SELECT sec.has('protection:read')) OR (SELECT sec.has('internal'))));

CREATE TABLE notes (
    id          uuid        PRIMARY KEY,
    org         text        NOT NULL,
    case_id     uuid        NOT NULL,
    kind        text        NOT NULL CHECK (kind IN ('counselling', 'contact', 'observation', 'general')),
    text        text        NOT NULL,
    visibility  text        NOT NULL CHECK (visibility IN ('team', 'protection', 'author')),
    version     int4        NOT NULL DEFAULT 1,
    created_by  text        NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id)
);
CREATE INDEX notes_case ON notes (org, case_id, created_at DESC, id DESC);
SELECT sec.isolate('notes', 'kind, text, visibility, version, updated_at');
CREATE POLICY need_to_know ON notes AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id)
           AND (visibility = 'team' OR created_by = (SELECT sec.sub())
                OR (visibility = 'protection' AND (SELECT sec.has('protection:read')))));

-- Earlier wordings of a note: an edit never hides what stood there.
CREATE TABLE note_versions (
    org         text        NOT NULL,
    note_id     uuid        NOT NULL,
    version     int4        NOT NULL,
    text        text        NOT NULL,
    written_by  text        NOT NULL,
    written_at  timestamptz NOT NULL,
    PRIMARY KEY (org, note_id, version),
    FOREIGN KEY (org, note_id) REFERENCES notes (org, id)
);
SELECT sec.isolate('note_versions');
CREATE POLICY need_to_know ON note_versions AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (EXISTS (SELECT 1 FROM notes n WHERE n.org = note_versions.org AND n.id = note_id));

CREATE TABLE decisions (
    id            uuid        PRIMARY KEY,
    org           text        NOT NULL,
    case_id       uuid        NOT NULL,
    subject       text        NOT NULL,           -- what is decided on: code
    outcome       text        NOT NULL CHECK (outcome IN ('positive', 'negative', 'postponed')),
    reason        text        NOT NULL,
    four_eyes     bool        NOT NULL,
    status        text        NOT NULL CHECK (status IN ('proposed', 'decided', 'rejected')),
    proposed_by   text        NOT NULL,
    proposed_at   timestamptz NOT NULL,
    confirmed_by  text,
    confirmed_at  timestamptz,
    version       int4        NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    CHECK (NOT four_eyes OR confirmed_by IS NULL OR confirmed_by <> proposed_by),
    CHECK (four_eyes OR status = 'decided'),
    CHECK ((status = 'proposed') = (confirmed_at IS NULL) OR NOT four_eyes)
);
CREATE INDEX decisions_case ON decisions (org, case_id, created_at DESC, id DESC);
SELECT sec.isolate('decisions', 'status, confirmed_by, confirmed_at, version, updated_at');
CREATE POLICY need_to_know ON decisions AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

CREATE TABLE documents (
    id               uuid        PRIMARY KEY,
    org              text        NOT NULL,
    case_id          uuid        NOT NULL,
    person_id        uuid,
    kind             text        NOT NULL,        -- passport, laissezPasser, nationalId, birthCertificate, …
    status           text        NOT NULL DEFAULT 'needed'
                     CHECK (status IN ('needed', 'requested', 'received', 'verified', 'rejected', 'expired')),
    required_by      text,                        -- the programme pack's code of the requirement; NULL: added by hand
    country          text,                        -- issuing country
    valid_from       date,
    valid_until      date,
    requested_at     timestamptz,
    received_at      timestamptz,
    verified_at      timestamptz,
    verified_by      text,
    rejected_reason  text,
    custody          text        NOT NULL DEFAULT 'person'
                     CHECK (custody IN ('person', 'iom', 'borderPolice', 'ind', 'embassy', 'airport')),
    version          int4        NOT NULL DEFAULT 1,
    created_by       text        NOT NULL,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    FOREIGN KEY (org, person_id) REFERENCES persons (org, id),
    CHECK (valid_from <= valid_until)
);
CREATE INDEX documents_case ON documents (org, case_id, kind);
CREATE INDEX documents_expiry ON documents (org, valid_until, id) WHERE status = 'verified';
SELECT sec.isolate('documents', 'person_id, status, country, valid_from, valid_until, requested_at, received_at, verified_at, verified_by, '
                                'rejected_reason, custody, version, updated_at');
CREATE POLICY need_to_know ON documents AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

-- The way to a document: at an embassy, with its appointment, fee and expected date.
CREATE TABLE document_applications (
    id                   uuid        PRIMARY KEY,
    org                  text        NOT NULL,
    case_id              uuid        NOT NULL,
    document_id          uuid        NOT NULL,
    authority            text        NOT NULL,
    applied_on           date        NOT NULL,
    appointment_id       uuid,
    fee_amount           int8,
    fee_currency         text,
    interview_in_person  bool        NOT NULL DEFAULT false,
    expected_on          date,
    status               text        NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'issued', 'refused', 'withdrawn')),
    version              int4        NOT NULL DEFAULT 1,
    created_by           text        NOT NULL,
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    FOREIGN KEY (org, document_id) REFERENCES documents (org, id),
    FOREIGN KEY (org, appointment_id) REFERENCES appointments (org, id),
    CHECK ((fee_amount IS NULL) = (fee_currency IS NULL))
);
CREATE INDEX document_applications_document ON document_applications (org, document_id, applied_on DESC);
SELECT sec.isolate('document_applications', 'appointment_id, fee_amount, fee_currency, interview_in_person, expected_on, status, version, updated_at');
CREATE POLICY need_to_know ON document_applications AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

-- Who held the paper when.
CREATE TABLE document_custody (
    id           uuid        PRIMARY KEY,
    org          text        NOT NULL,
    case_id      uuid        NOT NULL,
    document_id  uuid        NOT NULL,
    holder_from  text        NOT NULL,
    holder_to    text        NOT NULL,
    note         text,
    by_user      text        NOT NULL,
    at           timestamptz NOT NULL,
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    FOREIGN KEY (org, document_id) REFERENCES documents (org, id)
);
CREATE INDEX document_custody_document ON document_custody (org, document_id, at);
SELECT sec.isolate('document_custody');
CREATE POLICY need_to_know ON document_custody AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

-- The story of a case, append-only.
CREATE TABLE timeline (
    id           uuid        PRIMARY KEY,
    org          text        NOT NULL,
    case_id      uuid        NOT NULL,
    kind         text        NOT NULL,            -- code: case.opened, appointment.moved, …
    data         jsonb       NOT NULL,            -- ids, codes, times; no free text about the person
    sensitivity  text        NOT NULL CHECK (sensitivity IN ('', 'protection')),
    by_user      text        NOT NULL,
    at           timestamptz NOT NULL,
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id)
);
CREATE INDEX timeline_case ON timeline (org, case_id, at, id);
SELECT sec.isolate('timeline');
CREATE POLICY need_to_know ON timeline AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id) AND (sensitivity = '' OR (SELECT sec.has('protection:read'))));

-- What the API shows of each: with the rights of the reader, and what the reader may do in the present state.

CREATE VIEW appointments_shown WITH (security_invoker) AS
SELECT id, case_id, person_id, kind, starts_at, duration_minutes, zone, place, link, interpreter, staff, status, attended, outcome,
       cancel_reason, version, created_by, created_at, updated_at,
       CASE WHEN status = 'planned' AND sec.has('appointments:write') THEN '["patch", "recordAttendance", "cancel"]'::jsonb
            ELSE '[]'::jsonb END AS allowed_actions
  FROM appointments;

CREATE VIEW tasks_shown WITH (security_invoker) AS
SELECT id, case_id, kind, title, details, urgency, due_on, assignee, status, status = 'open' AND overdue_at IS NOT NULL AS overdue, outcome,
       done_by, done_at, CASE sensitivity WHEN '' THEN 'normal' ELSE sensitivity END AS sensitivity, version, created_by, created_at, updated_at,
       CASE WHEN status = 'open' AND sec.has('tasks:write') THEN '["patch", "complete", "cancel"]'::jsonb
            ELSE '[]'::jsonb END AS allowed_actions
  FROM tasks;

CREATE VIEW notes_shown WITH (security_invoker) AS
SELECT id, case_id, kind, text, visibility, version, created_by, created_at, updated_at,
       CASE WHEN created_by = sec.sub() AND sec.has('notes:write') THEN '["patch"]'::jsonb ELSE '[]'::jsonb END AS allowed_actions
  FROM notes;

CREATE VIEW decisions_shown WITH (security_invoker) AS
SELECT id, case_id, subject, outcome, reason, four_eyes, status, proposed_by, proposed_at, confirmed_by, confirmed_at, version, created_at,
       updated_at,
       CASE WHEN status = 'proposed' AND proposed_by <> sec.sub() AND sec.has('decisions:write') THEN '["confirm", "reject"]'::jsonb
            ELSE '[]'::jsonb END AS allowed_actions
  FROM decisions;

CREATE VIEW documents_shown WITH (security_invoker) AS
SELECT id, case_id, person_id, kind, status, required_by, country, valid_from, valid_until, requested_at, received_at, verified_at, verified_by,
       rejected_reason, custody, version, created_by, created_at, updated_at,
       CASE WHEN NOT sec.has('documents:write') THEN '[]'::jsonb
            WHEN status = 'needed' THEN '["patch", "request", "receive", "apply"]'::jsonb
            WHEN status = 'requested' THEN '["patch", "receive", "apply"]'::jsonb
            WHEN status = 'received' THEN '["patch", "verify", "reject", "handOver", "apply"]'::jsonb
            WHEN status = 'verified' THEN '["reject", "expire", "handOver", "apply"]'::jsonb
            WHEN status = 'rejected' THEN '["patch", "request", "receive", "handOver", "apply"]'::jsonb
            ELSE '["request", "receive", "handOver", "apply"]'::jsonb END AS allowed_actions
  FROM documents;

GRANT SELECT ON appointments_shown, tasks_shown, notes_shown, decisions_shown, documents_shown TO {{service}}, {{worker}};
