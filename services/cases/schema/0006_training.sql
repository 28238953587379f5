-- VOORwerk: trainings with their sessions, who takes part and who came; coaching notes, mentors; credential evaluations and regulated
-- professions, followed step by step.
--
-- org owns the row. What partners see and write of it follows from two things only: an active share of the case to them with the field in
-- question (share_field, 0005), and for trainings the organisation that hosts. Nothing in a handler widens that.

-- ---- trainings ----
--
--   planned ──► running ──► done          what is cancelled takes nobody further; who came to an earlier session stays recorded
--      └───────────┴──► cancelled

CREATE TABLE training_courses (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    programme      text        NOT NULL,          -- need-to-know: only its staff know of the training
    title          text        NOT NULL,
    kind           text        NOT NULL
                   CHECK (kind IN ('orientation', 'language', 'jobSearch', 'digitalSkills', 'vocational', 'entrepreneurship', 'other')),
    provider       text        NOT NULL,          -- organisation that gives it
    host_org       text,                          -- partner at whose place it is held, who may record attendance; null: none
    language       text        NOT NULL,
    place          text        NOT NULL,
    capacity       int4        NOT NULL CHECK (capacity BETWEEN 1 AND 500),
    taken          int4        NOT NULL DEFAULT 0,-- places taken; never shown, since it counts those whom the reader may not know of
    status         text        NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'running', 'done', 'cancelled')),
    cancel_reason  text,
    started_at     timestamptz,
    ended_at       timestamptz,
    version        int4        NOT NULL DEFAULT 1,
    created_by     text        NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    UNIQUE (org, id),
    CHECK (host_org <> org),
    CHECK (taken BETWEEN 0 AND capacity),
    CHECK ((status = 'cancelled') = (cancel_reason IS NOT NULL)),
    CHECK ((status IN ('done', 'cancelled')) = (ended_at IS NOT NULL))
);
CREATE INDEX training_courses_created ON training_courses (org, created_at DESC, id DESC);
CREATE INDEX training_courses_host ON training_courses (host_org, created_at DESC, id DESC) WHERE host_org IS NOT NULL;
SELECT sec.isolate('training_courses', 'title, kind, provider, language, place, capacity, taken, status, cancel_reason, started_at, ended_at, '
                                       'version, updated_at');
CREATE POLICY need_to_know ON training_courses AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (org <> (SELECT sec.org()) OR (SELECT sec.has('internal')) OR programme = ANY ((SELECT sec.programmes())::text[]));

-- The days of a training; the clock is that of the zone.
CREATE TABLE training_sessions (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    training_id    uuid        NOT NULL,
    held_on        date        NOT NULL,
    from_time      text        NOT NULL CHECK (from_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
    until_time     text        NOT NULL CHECK (until_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
    zone           text        NOT NULL,
    starts_at      timestamptz NOT NULL,
    ends_at        timestamptz NOT NULL,
    place          text,                          -- where it is not the training's
    status         text        NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'cancelled')),
    version        int4        NOT NULL DEFAULT 1,
    created_by     text        NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    UNIQUE (org, id),
    UNIQUE (org, training_id, id),
    FOREIGN KEY (org, training_id) REFERENCES training_courses (org, id),
    CHECK (from_time < until_time AND starts_at < ends_at)
);
CREATE UNIQUE INDEX training_sessions_day ON training_sessions (org, training_id, starts_at) WHERE status = 'planned';
CREATE INDEX training_sessions_course ON training_sessions (org, training_id, starts_at, id);
SELECT sec.isolate('training_sessions', 'held_on, from_time, until_time, zone, starts_at, ends_at, place, status, version, updated_at');
CREATE POLICY need_to_know ON training_sessions AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (EXISTS (SELECT 1 FROM training_courses c WHERE c.org = training_sessions.org AND c.id = training_id));

--   enrolled ──► completed
--      └──► dropped
CREATE TABLE training_participants (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    training_id    uuid        NOT NULL,
    host_org       text,                          -- the training's
    case_id        uuid        NOT NULL,
    person_id      uuid        NOT NULL,
    enrolled_on    date        NOT NULL,          -- sessions before it are none of the person's
    status         text        NOT NULL DEFAULT 'enrolled' CHECK (status IN ('enrolled', 'completed', 'dropped')),
    ended_on       date,
    drop_reason    text,
    version        int4        NOT NULL DEFAULT 1,
    created_by     text        NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    UNIQUE (org, id),
    UNIQUE (org, training_id, id),
    FOREIGN KEY (org, training_id) REFERENCES training_courses (org, id),
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    FOREIGN KEY (org, person_id) REFERENCES persons (org, id),
    CHECK ((status = 'enrolled') = (ended_on IS NULL)),
    CHECK ((status = 'dropped') = (drop_reason IS NOT NULL))
);
CREATE UNIQUE INDEX training_participants_now ON training_participants (org, training_id, case_id, person_id) WHERE status <> 'dropped';
CREATE INDEX training_participants_case ON training_participants (org, case_id, created_at DESC, id DESC);
SELECT sec.isolate('training_participants', 'status, ended_on, drop_reason, version, updated_at');
CREATE POLICY need_to_know ON training_participants AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (org <> (SELECT sec.org()) OR EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));
-- A partner knows of those whose case is shared with it: all of them where it hosts, else where the share has their trainings.
CREATE POLICY shared_read ON training_participants FOR SELECT TO {{service}}
    USING (org <> (SELECT sec.org())
           AND EXISTS (SELECT 1 FROM shares s
                        WHERE s.org = training_participants.org AND s.case_id = training_participants.case_id
                          AND s.to_org = (SELECT sec.org()) AND s.status = 'active'
                          AND (s.until_on IS NULL OR s.until_on >= (now() AT TIME ZONE 'Europe/Amsterdam')::date)
                          AND (s.to_org = host_org OR s.fields && '{trainings,attendance}')));
CREATE POLICY shared_read ON training_courses FOR SELECT TO {{service}}
    USING (host_org = (SELECT sec.org())
           OR (org <> (SELECT sec.org())
               AND EXISTS (SELECT 1 FROM training_participants p WHERE p.org = training_courses.org AND p.training_id = training_courses.id)));
CREATE POLICY shared_read ON training_sessions FOR SELECT TO {{service}}
    USING (org <> (SELECT sec.org())
           AND EXISTS (SELECT 1 FROM training_courses c WHERE c.org = training_sessions.org AND c.id = training_id));

-- Who came. A correction is a further row; the one before it is superseded and stays.
CREATE TABLE training_attendance (
    id              uuid        PRIMARY KEY,
    org             text        NOT NULL,
    training_id     uuid        NOT NULL,
    session_id      uuid        NOT NULL,
    participant_id  uuid        NOT NULL,
    outcome         text        NOT NULL CHECK (outcome IN ('present', 'absent', 'excused', 'partly')),
    minutes         int4        CHECK (minutes BETWEEN 1 AND 1440),
    recorded_by     text        NOT NULL,
    recorded_org    text        NOT NULL,
    recorded_at     timestamptz NOT NULL,
    superseded_at   timestamptz,
    UNIQUE (org, id),
    FOREIGN KEY (org, training_id, session_id) REFERENCES training_sessions (org, training_id, id),
    FOREIGN KEY (org, training_id, participant_id) REFERENCES training_participants (org, training_id, id),
    CHECK ((outcome = 'partly') = (minutes IS NOT NULL))
);
CREATE UNIQUE INDEX training_attendance_now ON training_attendance (org, session_id, participant_id) WHERE superseded_at IS NULL;
CREATE INDEX training_attendance_session ON training_attendance (org, session_id, recorded_at DESC, id DESC);
CREATE INDEX training_attendance_participant ON training_attendance (org, participant_id) WHERE superseded_at IS NULL;
SELECT sec.isolate('training_attendance', 'superseded_at');
CREATE POLICY need_to_know ON training_attendance AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (EXISTS (SELECT 1 FROM training_participants p WHERE p.org = training_attendance.org AND p.id = participant_id));
CREATE POLICY shared_read ON training_attendance FOR SELECT TO {{service}} USING (org <> (SELECT sec.org()));
-- A partner records in its own name: of whom it knows where it hosts, of others by a share to edit attendance; while the case is open.
-- What it records takes the place of what stood there, whoever wrote that.
DO $$
DECLARE
    mine text := 'org <> (SELECT sec.org()) AND EXISTS (
        SELECT 1 FROM training_participants p JOIN shares s ON s.org = p.org AND s.case_id = p.case_id
         WHERE p.org = training_attendance.org AND p.id = participant_id AND s.to_org = (SELECT sec.org()) AND s.status = ''active''
           AND NOT s.case_closed AND (s.until_on IS NULL OR s.until_on >= (now() AT TIME ZONE ''Europe/Amsterdam'')::date)
           AND (s.to_org = p.host_org OR (s.level = ''edit'' AND ''attendance'' = ANY (s.fields))))';
BEGIN
    EXECUTE format('CREATE POLICY shared_records ON training_attendance FOR INSERT TO {{service}}
                    WITH CHECK (recorded_org = (SELECT sec.org()) AND superseded_at IS NULL AND %s)', mine);
    EXECUTE format('CREATE POLICY shared_corrects ON training_attendance FOR UPDATE TO {{service}}
                    USING (%1$s) WITH CHECK (superseded_at IS NOT NULL AND %1$s)', mine);
END
$$;

CREATE TABLE training_certificates (
    id              uuid        PRIMARY KEY,
    org             text        NOT NULL,
    participant_id  uuid        NOT NULL,
    number          text        NOT NULL,
    issued_on       date        NOT NULL,
    issued_by       text        NOT NULL,         -- organisation
    created_by      text        NOT NULL,
    created_at      timestamptz NOT NULL,
    UNIQUE (org, participant_id),
    UNIQUE (org, number),
    FOREIGN KEY (org, participant_id) REFERENCES training_participants (org, id)
);
SELECT sec.isolate('training_certificates');
CREATE POLICY need_to_know ON training_certificates AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (EXISTS (SELECT 1 FROM training_participants p WHERE p.org = training_certificates.org AND p.id = participant_id));
CREATE POLICY shared_read ON training_certificates FOR SELECT TO {{service}} USING (org <> (SELECT sec.org()));

-- ---- coaching: never deleted; a later note corrects an earlier one ----

CREATE TABLE coaching_notes (
    id            uuid        PRIMARY KEY,
    org           text        NOT NULL,
    case_id       uuid        NOT NULL,
    author_org    text        NOT NULL,
    author        text        NOT NULL,
    category      text        NOT NULL CHECK (category IN ('intake', 'goal', 'progress', 'application', 'study', 'obstacle', 'wellbeing', 'other')),
    text          text        NOT NULL,
    follow_up_on  date,
    shared_with   text[]      NOT NULL CHECK (cardinality(shared_with) <= 8),  -- partners that read it, beside its author's organisation
    corrects      uuid,
    version       int4        NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    UNIQUE (org, case_id, author_org, id),
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    FOREIGN KEY (org, case_id, author_org, corrects) REFERENCES coaching_notes (org, case_id, author_org, id),
    CHECK (author_org = org OR shared_with = '{}')
);
CREATE UNIQUE INDEX coaching_notes_corrects ON coaching_notes (org, corrects) WHERE corrects IS NOT NULL;
CREATE INDEX coaching_notes_case ON coaching_notes (org, case_id, created_at DESC, id DESC);
SELECT share_field('coaching_notes', 'coachingNotes', 'shared_with, version, updated_at');
CREATE POLICY named ON coaching_notes AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (org = (SELECT sec.org()) OR author_org = (SELECT sec.org()) OR (SELECT sec.org()) = ANY (shared_with));

-- ---- mentors ----

CREATE TABLE mentor_links (
    id          uuid        PRIMARY KEY,
    org         text        NOT NULL,
    case_id     uuid        NOT NULL,
    person_id   uuid,                             -- the mentor is a person that we keep, or a user
    user_id     text,
    from_on     date        NOT NULL,
    until_on    date,
    end_reason  text,
    meetings    int4        NOT NULL DEFAULT 0 CHECK (meetings >= 0),
    last_met_on date,
    version     int4        NOT NULL DEFAULT 1,
    created_by  text        NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    FOREIGN KEY (org, person_id) REFERENCES persons (org, id),
    CHECK (num_nonnulls(person_id, user_id) = 1),
    CHECK (from_on <= until_on),
    CHECK ((until_on IS NULL) = (end_reason IS NULL)),
    CHECK ((meetings = 0) = (last_met_on IS NULL))
);
CREATE UNIQUE INDEX mentor_links_now ON mentor_links (org, case_id, coalesce(user_id, person_id::text)) WHERE until_on IS NULL;
CREATE INDEX mentor_links_case ON mentor_links (org, case_id, from_on DESC, id DESC);
SELECT sec.isolate('mentor_links', 'until_on, end_reason, meetings, last_met_on, version, updated_at');
CREATE POLICY need_to_know ON mentor_links AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

-- ---- regulated professions and credential evaluations ----
--
--   identified ──► applied ──► conditions ──► recognised | refused
--                     └──► recognised | refused

CREATE TABLE regulated_professions (
    id          uuid        PRIMARY KEY,
    org         text        NOT NULL,
    case_id     uuid        NOT NULL,
    person_id   uuid        NOT NULL,
    profession  text        NOT NULL,
    authority   text        NOT NULL,             -- the body that decides on it
    status      text        NOT NULL DEFAULT 'identified' CHECK (status IN ('identified', 'applied', 'conditions', 'recognised', 'refused')),
    status_on   date        NOT NULL,
    conditions  text,
    version     int4        NOT NULL DEFAULT 1,
    author_org  text        NOT NULL,
    author      text        NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    UNIQUE (org, id),
    UNIQUE (org, case_id, id),
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    FOREIGN KEY (org, person_id) REFERENCES persons (org, id),
    CHECK (status <> 'conditions' OR conditions IS NOT NULL)
);
CREATE INDEX regulated_professions_case ON regulated_professions (org, case_id, created_at DESC, id DESC);
SELECT share_field('regulated_professions', 'credentialEvaluations', 'profession, authority, status, status_on, conditions, version, updated_at');

-- The person applies at the national desk; we follow it.
--
--   draft ──► docsMissing ──► submitted ──► evaluated | indication | partEvaluation | refused
--     └──────────────────────►  ▲ │ │ ▲
--               docsMissing ◄───┼─┘ ▼ │
--                    └──────────┘ questions ──► refused
CREATE TABLE credential_evaluations (
    id                 uuid        PRIMARY KEY,
    org                text        NOT NULL,
    case_id            uuid        NOT NULL,
    person_id          uuid        NOT NULL,
    qualification      text        NOT NULL,
    country            text        NOT NULL,      -- that it was obtained in
    institution        text,
    obtained           text,                      -- partial date
    purpose            text        NOT NULL CHECK (purpose IN ('work', 'study', 'integration', 'profession')),
    desk_reference     text,
    letter             text        NOT NULL DEFAULT 'notChecked' CHECK (letter IN ('notChecked', 'entitled', 'notEntitled')),
    letter_checked_on  date,
    free               bool        NOT NULL DEFAULT false,
    profession_id      uuid,
    status             text        NOT NULL DEFAULT 'draft'
                       CHECK (status IN ('draft', 'docsMissing', 'submitted', 'questions', 'evaluated', 'indication', 'partEvaluation', 'refused')),
    status_on          date        NOT NULL,
    waiting_for        text,                      -- docsMissing: what lacks; questions: what the desk asks
    due_on             date,                      -- questions: the desk's own day
    comparable_level   text,                      -- advice, not a right
    version            int4        NOT NULL DEFAULT 1,
    author_org         text        NOT NULL,
    author             text        NOT NULL,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    UNIQUE (org, case_id, id),
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    FOREIGN KEY (org, person_id) REFERENCES persons (org, id),
    FOREIGN KEY (org, case_id, profession_id) REFERENCES regulated_professions (org, case_id, id),
    CHECK ((letter = 'notChecked') = (letter_checked_on IS NULL)),
    CHECK (NOT free OR letter = 'entitled' OR status IN ('draft', 'docsMissing')),
    CHECK ((status IN ('evaluated', 'indication', 'partEvaluation')) = (comparable_level IS NOT NULL)),
    CHECK ((status IN ('docsMissing', 'questions')) = (waiting_for IS NOT NULL)),
    CHECK ((status = 'questions') = (due_on IS NOT NULL))
);
-- Everybody has one evaluation without a fee, whoever follows it.
CREATE UNIQUE INDEX credential_evaluations_free ON credential_evaluations (org, person_id) WHERE free;
CREATE INDEX credential_evaluations_case ON credential_evaluations (org, case_id, created_at DESC, id DESC);
SELECT share_field('credential_evaluations', 'credentialEvaluations',
                   'qualification, country, institution, obtained, purpose, desk_reference, letter, letter_checked_on, free, profession_id, status, '
                   'status_on, waiting_for, due_on, comparable_level, version, updated_at');

CREATE TABLE evaluation_steps (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    case_id        uuid        NOT NULL,
    evaluation_id  uuid        NOT NULL,
    from_status    text,                          -- null: it began
    to_status      text        NOT NULL,
    step_on        date        NOT NULL,
    note           text,
    author_org     text        NOT NULL,
    author         text        NOT NULL,
    created_at     timestamptz NOT NULL,
    FOREIGN KEY (org, case_id, evaluation_id) REFERENCES credential_evaluations (org, case_id, id)
);
CREATE INDEX evaluation_steps_evaluation ON evaluation_steps (org, evaluation_id, created_at, id);
SELECT share_field('evaluation_steps', 'credentialEvaluations');

-- An evaluation is followed together: by a share to edit, a partner also advances what another organisation has added.
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['regulated_professions', 'credential_evaluations'] LOOP
        EXECUTE format('CREATE POLICY shared_advances ON %1$I FOR UPDATE TO {{service}}
            USING (EXISTS (SELECT 1 FROM shares s WHERE s.org = %1$I.org AND s.case_id = %1$I.case_id AND s.to_org = (SELECT sec.org())
                               AND s.status = ''active'' AND s.level = ''edit'' AND ''credentialEvaluations'' = ANY (s.fields) AND NOT s.case_closed
                               AND (s.until_on IS NULL OR s.until_on >= (now() AT TIME ZONE ''Europe/Amsterdam'')::date)))', t);
    END LOOP;
END
$$;

-- Whose evaluation a partner adds: the principal's, by the identifier alone.
ALTER POLICY need_to_know ON case_persons USING (org <> (SELECT sec.org()) OR EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));
CREATE POLICY shared_principal ON case_persons FOR SELECT TO {{service}}
    USING (role = 'principal' AND left_at IS NULL AND org <> (SELECT sec.org())
           AND EXISTS (SELECT 1 FROM shares s
                        WHERE s.org = case_persons.org AND s.case_id = case_persons.case_id AND s.to_org = (SELECT sec.org())
                          AND s.status = 'active' AND s.level = 'edit' AND 'credentialEvaluations' = ANY (s.fields)));

-- Participants as the API shows them: to a partner by its own keys of the case, without what is IOM's alone.
CREATE VIEW training_participants_shown WITH (security_invoker) AS
SELECT p.id, p.org, p.org = sec.org() AS owner, p.training_id AS course_id, p.host_org, p.case_id,
       jsonb_build_object('title', c.title, 'kind', c.kind, 'status', c.status) AS course, c.status AS course_status,
       CASE WHEN p.org = sec.org() THEN p.person_id END AS person_id,
       CASE WHEN p.org = sec.org()
            THEN ARRAY(SELECT r.value FROM external_refs r
                        WHERE r.org = p.org AND r.kind = 'case' AND r.subject = p.case_id AND r.organisation = p.host_org ORDER BY r.value)
            ELSE ARRAY(SELECT jsonb_array_elements_text(v.body::jsonb -> 'externalRefs') FROM partner_views v
                        WHERE v.org = sec.org() AND v.case_id = p.case_id AND v.body IS NOT NULL) END AS external_refs,
       p.enrolled_on, p.status, p.ended_on, CASE WHEN p.org = sec.org() THEN p.drop_reason END AS drop_reason,
       (SELECT count(*)::int4 FROM training_attendance a
         WHERE a.org = p.org AND a.participant_id = p.id AND a.superseded_at IS NULL AND a.outcome IN ('present', 'partly')) AS sessions_attended,
       (SELECT jsonb_build_object('number', t.number, 'issuedOn', t.issued_on, 'issuedBy', t.issued_by)
          FROM training_certificates t WHERE t.org = p.org AND t.participant_id = p.id) AS certificate,
       p.version, CASE WHEN p.org = sec.org() THEN p.created_by END AS created_by, p.created_at, p.updated_at
  FROM training_participants p JOIN training_courses c ON c.org = p.org AND c.id = p.training_id;

GRANT SELECT ON training_participants_shown TO {{service}}, {{worker}};

-- Evaluations and professions as the API shows them; writes: not to a partner whose share is for viewing, or when the case is closed.
CREATE VIEW credential_evaluations_shown WITH (security_invoker) AS
SELECT e.id, e.case_id, CASE WHEN e.org = sec.org() THEN e.person_id END AS person_id, e.qualification, e.country, e.institution, e.obtained, e.purpose,
       e.desk_reference, e.letter, e.letter_checked_on, e.free, e.profession_id, e.status, e.status_on, e.waiting_for, e.due_on,
       CASE WHEN e.comparable_level IS NOT NULL
            THEN jsonb_build_object('text', e.comparable_level, 'standing', 'advice', 'standingLabel', 'Advice, not a right.') END AS comparable_level,
       e.author_org AS author_organisation, CASE WHEN e.author_org = sec.org() THEN e.author END AS author, e.version, e.created_at, e.updated_at,
       e.org = sec.org() OR EXISTS (SELECT 1 FROM shares s WHERE s.org = e.org AND s.case_id = e.case_id AND s.to_org = sec.org() AND s.status = 'active'
                                                            AND s.level = 'edit' AND NOT s.case_closed) AS writes
  FROM credential_evaluations e;

CREATE VIEW regulated_professions_shown WITH (security_invoker) AS
SELECT p.id, p.case_id, CASE WHEN p.org = sec.org() THEN p.person_id END AS person_id, p.profession, p.authority AS competent_authority, p.status,
       p.status_on, p.conditions, p.author_org AS author_organisation, CASE WHEN p.author_org = sec.org() THEN p.author END AS author, p.version,
       p.created_at, p.updated_at,
       p.org = sec.org() OR EXISTS (SELECT 1 FROM shares s WHERE s.org = p.org AND s.case_id = p.case_id AND s.to_org = sec.org() AND s.status = 'active'
                                                            AND s.level = 'edit' AND NOT s.case_closed) AS writes
  FROM regulated_professions p;

GRANT SELECT ON credential_evaluations_shown, regulated_professions_shown TO {{service}}, {{worker}};
