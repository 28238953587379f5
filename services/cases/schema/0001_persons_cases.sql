-- Persons, families, cases and what hangs on them. Isolation by organisation comes from sec.isolate (libcommon/app/schema);
-- need-to-know inside the organisation is the restrictive policy on cases, and every child of a case repeats it.

-- An instant inside jsonb as the API writes instants.
CREATE FUNCTION rfc3339(at timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
           || rtrim(rtrim(to_char(at AT TIME ZONE 'UTC', '.US'), '0'), '.') || 'Z';

-- ---- persons ----

CREATE TABLE persons (
    id                  uuid        PRIMARY KEY,
    org                 text        NOT NULL,
    birth_date          text,                     -- partial: 1994, 1994-03 or 1994-03-17
    birth_estimated     bool        NOT NULL DEFAULT false,
    birth_first         date,                     -- the days that birth_date can mean
    birth_last          date,
    sex                 text        NOT NULL CHECK (sex IN ('female', 'male', 'other', 'unknown')),
    nationalities       text[]      NOT NULL,
    languages           jsonb       NOT NULL,     -- [{language, script, preferred, listening, reading, speaking, writing}]
    interpreter_needed  bool        NOT NULL DEFAULT false,
    deceased_on         date,
    restricted_at       timestamptz,              -- processing restricted on request
    restriction_reason  text,
    version             int4        NOT NULL DEFAULT 1,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    UNIQUE (org, id),
    CHECK ((birth_date IS NULL) = (birth_first IS NULL) AND (birth_date IS NULL) = (birth_last IS NULL)),
    CHECK (birth_first <= birth_last)
);
CREATE INDEX persons_birth ON persons (org, birth_first, birth_last);
SELECT sec.isolate('persons', 'birth_date, birth_estimated, birth_first, birth_last, sex, nationalities, languages, '
                              'interpreter_needed, deceased_on, restricted_at, restriction_reason, version, updated_at');

CREATE TABLE person_names (
    org        text NOT NULL,
    person_id  uuid NOT NULL,
    position   int4 NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('asOnDocument', 'preferred', 'otherScript')),
    given      text NOT NULL,
    family     text NOT NULL,
    script     text NOT NULL,
    PRIMARY KEY (org, person_id, position),
    FOREIGN KEY (org, person_id) REFERENCES persons (org, id)
);
SELECT sec.isolate('person_names', '', 'DELETE');

-- One key per word of a name to its end, and family first: so that a prefix of any word finds the person by a range of a
-- plain index. LIKE would lose the index under row-level security.
CREATE FUNCTION name_key(name text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN trim(BOTH FROM regexp_replace(
        regexp_replace(lower(normalize(name, NFKD) COLLATE "und-x-icu"), '[\u0300-\u036f\u064b-\u065f''’ʼʻ`]', '', 'g'),
        '[^[:alnum:]]+' COLLATE "und-x-icu", ' ', 'g'));
CREATE FUNCTION name_keys(given text, family text) RETURNS SETOF text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 6
BEGIN ATOMIC
    WITH words AS (SELECT string_to_array(name_key(given || ' ' || family), ' ') AS w)
    SELECT array_to_string(w[i:], ' ') FROM words, generate_subscripts(w, 1) AS i WHERE w[i] <> ''
    UNION
    SELECT name_key(family || ' ' || given) WHERE family <> '';
END;

CREATE TABLE person_name_keys (
    org        text NOT NULL,
    key        text COLLATE "C" NOT NULL,
    person_id  uuid NOT NULL,
    PRIMARY KEY (org, key, person_id),
    FOREIGN KEY (org, person_id) REFERENCES persons (org, id)
);
CREATE INDEX person_name_keys_person ON person_name_keys (org, person_id);
SELECT sec.isolate('person_name_keys', '', 'DELETE');

CREATE TABLE person_identifiers (
    id             uuid  PRIMARY KEY,
    org            text  NOT NULL,
    person_id      uuid  NOT NULL,
    position       int4  NOT NULL,
    kind           text  NOT NULL,
    number_sealed  bytea NOT NULL,                -- keyring class document, place person_identifiers.number
    number_index   bytea NOT NULL,                -- keyring_blind of the normalised number
    country        text,
    issued_on      date,
    expires_on     date,
    FOREIGN KEY (org, person_id) REFERENCES persons (org, id)
);
CREATE INDEX person_identifiers_person ON person_identifiers (org, person_id, position);
CREATE INDEX person_identifiers_number ON person_identifiers (org, number_index);
SELECT sec.isolate('person_identifiers', '', 'DELETE');

CREATE TABLE contact_points (
    id               uuid        PRIMARY KEY,
    org              text        NOT NULL,
    person_id        uuid        NOT NULL,
    kind             text        NOT NULL CHECK (kind IN ('email', 'mobile', 'phone', 'post', 'inbox')),
    value            text        NOT NULL,
    preferred        bool        NOT NULL DEFAULT false,
    zone             text        NOT NULL DEFAULT 'Europe/Amsterdam',
    safe_hours       jsonb,                       -- {from: "09:00", until: "17:00"} in the zone; null: quiet hours apply
    safe_to_contact  jsonb       NOT NULL,        -- {topic: yes | no}; a topic that is not named is unknown: no automated message
    version          int4        NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    ended_at         timestamptz,                 -- no longer in use; kept for the trail of what was sent where
    FOREIGN KEY (org, person_id) REFERENCES persons (org, id)
);
CREATE INDEX contact_points_person ON contact_points (org, person_id) WHERE ended_at IS NULL;
SELECT sec.isolate('contact_points', 'kind, value, preferred, zone, safe_hours, safe_to_contact, version, updated_at, ended_at');

-- Sensitive: own scope, own versions; a change leaves no trace on the person's row.
CREATE TABLE residence_statuses (
    id               uuid        PRIMARY KEY,
    org              text        NOT NULL,
    person_id        uuid        NOT NULL,
    country          text        NOT NULL,
    kind             text        NOT NULL,
    document_number  bytea,                       -- sealed, class document, place residence_statuses.document_number
    valid_from       date,
    valid_until      date,
    source           text        NOT NULL,
    verified_by      text,
    verified_at      timestamptz,
    version          int4        NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    FOREIGN KEY (org, person_id) REFERENCES persons (org, id),
    CHECK (valid_from <= valid_until)
);
CREATE INDEX residence_statuses_person ON residence_statuses (org, person_id);
SELECT sec.isolate('residence_statuses', 'country, kind, document_number, valid_from, valid_until, source, verified_by, '
                                         'verified_at, version, updated_at');

CREATE TABLE stays (
    id            uuid        PRIMARY KEY,
    org           text        NOT NULL,
    person_id     uuid        NOT NULL,
    kind          text        NOT NULL,
    organisation  text,
    place         text        NOT NULL,
    from_on       date        NOT NULL,
    until_on      date,
    version       int4        NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    FOREIGN KEY (org, person_id) REFERENCES persons (org, id),
    CHECK (from_on <= until_on)
);
CREATE INDEX stays_person ON stays (org, person_id, from_on);
SELECT sec.isolate('stays', 'kind, organisation, place, from_on, until_on, version, updated_at');

-- Partners' own opaque keys of our rows.
CREATE TABLE external_refs (
    org           text NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('person', 'case', 'referral')),
    organisation  text NOT NULL,
    value         text NOT NULL,
    subject       uuid NOT NULL,
    PRIMARY KEY (org, kind, organisation, value)
);
CREATE INDEX external_refs_subject ON external_refs (org, subject);
SELECT sec.isolate('external_refs', '', 'DELETE');

-- ---- families ----

CREATE TABLE families (
    id          uuid        PRIMARY KEY,
    org         text        NOT NULL,
    version     int4        NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    UNIQUE (org, id)
);
SELECT sec.isolate('families', 'version, updated_at');

CREATE TABLE family_members (
    id          uuid        PRIMARY KEY,
    org         text        NOT NULL,
    family_id   uuid        NOT NULL,
    person_id   uuid        NOT NULL,
    relation    text        NOT NULL,
    dependant   bool        NOT NULL,
    joined_at   timestamptz NOT NULL,
    left_at     timestamptz,
    FOREIGN KEY (org, family_id) REFERENCES families (org, id),
    FOREIGN KEY (org, person_id) REFERENCES persons (org, id)
);
CREATE UNIQUE INDEX family_members_now ON family_members (org, family_id, person_id) WHERE left_at IS NULL;
CREATE INDEX family_members_person ON family_members (org, person_id) WHERE left_at IS NULL;
SELECT sec.isolate('family_members', 'relation, dependant, left_at');

CREATE TABLE family_changes (
    id          uuid        PRIMARY KEY,
    org         text        NOT NULL,
    family_id   uuid        NOT NULL,
    kind        text        NOT NULL CHECK (kind IN ('split', 'merge', 'joined', 'left')),
    other_id    uuid,                             -- the family split off, or merged in
    person_ids  uuid[]      NOT NULL,
    reason      text,
    by_user     text        NOT NULL,
    at          timestamptz NOT NULL,
    FOREIGN KEY (org, family_id) REFERENCES families (org, id)
);
CREATE INDEX family_changes_family ON family_changes (org, family_id, at);
SELECT sec.isolate('family_changes');

-- ---- cases ----

CREATE TABLE cases (
    id                   uuid        PRIMARY KEY,
    org                  text        NOT NULL,
    programme            text        NOT NULL,
    programme_version    int4        NOT NULL,    -- the pack it was opened under
    reference            text        NOT NULL,    -- AVRR-2026-000123
    status               text        NOT NULL,
    confidentiality      text        NOT NULL DEFAULT 'normal' CHECK (confidentiality IN ('normal', 'restricted', 'secret')),
    offices              text[]      NOT NULL CHECK (cardinality(offices) BETWEEN 1 AND 8),
    caseworker           text,                    -- subject of the user
    principal_id         uuid        NOT NULL,
    family_id            uuid,
    country_of_return    text,
    country_of_origin    text,
    planned_departure_on date,
    suspended_since      timestamptz,
    suspension_reason    text,
    resumes_to           text,                    -- the status that resuming goes back to
    result               text,
    fund                 jsonb,                   -- {donor, period, eligibleCosts}
    referral_id          uuid,
    opened_at            timestamptz NOT NULL,
    closed_at            timestamptz,
    retention_class      text        NOT NULL,
    retain_until         date,
    legal_hold           bool        NOT NULL DEFAULT false,
    version              int4        NOT NULL DEFAULT 1,
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    UNIQUE (org, id),
    UNIQUE (org, reference),
    FOREIGN KEY (org, principal_id) REFERENCES persons (org, id),
    FOREIGN KEY (org, family_id) REFERENCES families (org, id),
    CHECK ((suspended_since IS NULL) = (resumes_to IS NULL))
);
CREATE INDEX cases_opened ON cases (org, opened_at DESC, id DESC);
CREATE INDEX cases_status ON cases (org, programme, status, opened_at DESC, id DESC);
CREATE INDEX cases_caseworker ON cases (org, caseworker, opened_at DESC, id DESC);
CREATE INDEX cases_departure ON cases (org, planned_departure_on, id) WHERE planned_departure_on IS NOT NULL;
CREATE INDEX cases_principal ON cases (org, principal_id);
SELECT sec.isolate('cases', 'status, confidentiality, offices, caseworker, family_id, country_of_return, country_of_origin, '
                            'planned_departure_on, suspended_since, suspension_reason, resumes_to, result, fund, closed_at, '
                            'retention_class, retain_until, legal_hold, version, updated_at');

-- The named team of a restricted or secret case.
CREATE TABLE case_team (
    org       text        NOT NULL,
    case_id   uuid        NOT NULL,
    user_id   text        NOT NULL,
    added_by  text        NOT NULL,
    added_at  timestamptz NOT NULL,
    PRIMARY KEY (org, case_id, user_id),
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id)
);
SELECT sec.isolate('case_team', '', 'DELETE');

-- Need-to-know: the programme, one of the case's offices, and the team where the case has one. Internal calls of the house
-- see all of their organisation. Workers act for an organisation and are not named here. The scope is split once per statement.
CREATE POLICY need_to_know ON cases AS RESTRICTIVE FOR SELECT TO {{service}} USING (
    (SELECT sec.has('internal'))
    OR ('programme:' || programme = ANY ((SELECT string_to_array(sec.scope(), ' '))::text[])
        AND string_to_array('office:' || array_to_string(offices, ' office:'), ' ') && (SELECT string_to_array(sec.scope(), ' '))
        AND (confidentiality = 'normal'
             OR (confidentiality = 'restricted' AND (SELECT sec.has('cases.restricted:read')))
             OR EXISTS (SELECT 1 FROM case_team t
                         WHERE t.org = cases.org AND t.case_id = cases.id AND t.user_id = (SELECT sec.sub())))));

-- Children of a case repeat it: EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id), where the policies on cases decide as for the
-- reader. Written out, not in a function: PostgreSQL inlines no function with a subquery, and would plan it anew for every statement.

CREATE TABLE case_persons (
    id         uuid        PRIMARY KEY,
    org        text        NOT NULL,
    case_id    uuid        NOT NULL,
    person_id  uuid        NOT NULL,
    role       text        NOT NULL CHECK (role IN ('principal', 'member')),
    relation   text,                              -- to the principal
    dependant  bool        NOT NULL DEFAULT false,
    joined_at  timestamptz NOT NULL,
    left_at    timestamptz,
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    FOREIGN KEY (org, person_id) REFERENCES persons (org, id)
);
CREATE UNIQUE INDEX case_persons_now ON case_persons (org, case_id, person_id) WHERE left_at IS NULL;
CREATE INDEX case_persons_person ON case_persons (org, person_id) WHERE left_at IS NULL;
SELECT sec.isolate('case_persons', 'relation, dependant, left_at');
CREATE POLICY need_to_know ON case_persons AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

CREATE TABLE case_roles (
    id            uuid        PRIMARY KEY,
    org           text        NOT NULL,
    case_id       uuid        NOT NULL,
    role          text        NOT NULL,
    person_id     uuid,
    user_id       text,
    organisation  text,
    valid_from    date        NOT NULL,
    valid_until   date,
    version       int4        NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    FOREIGN KEY (org, person_id) REFERENCES persons (org, id),
    CHECK (num_nonnulls(person_id, user_id, organisation) = 1),
    CHECK (valid_from <= valid_until)
);
CREATE INDEX case_roles_case ON case_roles (org, case_id);
SELECT sec.isolate('case_roles', 'valid_until, version, updated_at');
CREATE POLICY need_to_know ON case_roles AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

-- Every move that was made.
CREATE TABLE case_moves (
    id           uuid        PRIMARY KEY,
    org          text        NOT NULL,
    case_id      uuid        NOT NULL,
    transition   text        NOT NULL,
    from_status  text        NOT NULL,
    to_status    text        NOT NULL,
    reason       text,
    override_id  uuid,
    by_user      text        NOT NULL,
    at           timestamptz NOT NULL,
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id)
);
CREATE INDEX case_moves_case ON case_moves (org, case_id, at);
SELECT sec.isolate('case_moves');
CREATE POLICY need_to_know ON case_moves AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

CREATE TABLE deadlines (
    id           uuid        PRIMARY KEY,
    org          text        NOT NULL,
    case_id      uuid        NOT NULL,
    kind         text        NOT NULL CHECK (kind IN ('own', 'external', 'validity')),
    code         text        NOT NULL,            -- of the programme pack, or the setter's own
    due_on       date        NOT NULL,
    status       text        NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'paused', 'met', 'missed', 'cancelled')),
    source       text,                            -- external: the authority that set it
    document_id  uuid,                            -- external: where it stands
    paused_on    date,
    version      int4        NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    CHECK (kind <> 'external' OR (source IS NOT NULL AND document_id IS NOT NULL)),
    CHECK (status <> 'paused' OR (kind = 'own' AND paused_on IS NOT NULL))
);
CREATE INDEX deadlines_case ON deadlines (org, case_id);
CREATE INDEX deadlines_due ON deadlines (org, due_on) WHERE status = 'open';
SELECT sec.isolate('deadlines', 'due_on, status, paused_on, version, updated_at');
CREATE POLICY need_to_know ON deadlines AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

CREATE TABLE overrides (
    id           uuid        PRIMARY KEY,
    org          text        NOT NULL,
    case_id      uuid        NOT NULL,
    transition   text        NOT NULL,
    guards       text[]      NOT NULL CHECK (cardinality(guards) BETWEEN 1 AND 20),
    reason       text        NOT NULL,
    status       text        NOT NULL DEFAULT 'asked' CHECK (status IN ('asked', 'granted', 'refused', 'used')),
    asked_by     text        NOT NULL,
    asked_at     timestamptz NOT NULL,
    decided_by   text,
    decided_at   timestamptz,
    decision     text,                            -- the decider's words
    valid_until  timestamptz,
    used_at      timestamptz,
    version      int4        NOT NULL DEFAULT 1,
    updated_at   timestamptz NOT NULL,
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    CHECK (decided_by <> asked_by),
    CHECK (valid_until <= decided_at + interval '7 days'),
    CHECK (NOT guards && '{voluntary.declared,consent.explicit,minor.protected,minor.parentalAuthority}')
);
CREATE INDEX overrides_case ON overrides (org, case_id, asked_at);
SELECT sec.isolate('overrides', 'status, decided_by, decided_at, decision, valid_until, used_at, version, updated_at');
CREATE POLICY need_to_know ON overrides AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

-- What the protection focal point found. What was found is sealed; only that the question is settled is readable, and that is
-- what removes protection.pending from the case. Its own version: the case's row does not move with it.
CREATE TABLE protection_clearances (
    case_id        uuid        PRIMARY KEY,
    org            text        NOT NULL,
    cleared        bool        NOT NULL,
    risk_assessed  bool        NOT NULL,
    finding        bytea       NOT NULL,          -- class protection, place protection_clearances.finding, padded
    decided_by     text        NOT NULL,
    decided_at     timestamptz NOT NULL,
    version        int4        NOT NULL DEFAULT 1,
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id)
);
SELECT sec.isolate('protection_clearances', 'cleared, risk_assessed, finding, decided_by, decided_at, version');
CREATE POLICY need_to_know ON protection_clearances AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

-- ---- eligibility ----

CREATE TABLE eligibility_checks (
    id            uuid        PRIMARY KEY,
    org           text        NOT NULL,
    case_id       uuid        NOT NULL,
    rule_set      text        NOT NULL,
    rules_from    date        NOT NULL,           -- which version of the rule set: the day it came into force
    reference_on  date        NOT NULL,           -- the day that the rules are judged at
    version       int4        NOT NULL DEFAULT 1,
    created_by    text        NOT NULL,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    superseded_at timestamptz,
    UNIQUE (org, id),
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id)
);
CREATE UNIQUE INDEX eligibility_checks_now ON eligibility_checks (org, case_id, rule_set) WHERE superseded_at IS NULL;
SELECT sec.isolate('eligibility_checks', 'version, updated_at, superseded_at');
CREATE POLICY need_to_know ON eligibility_checks AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

-- Answers are kept: a new answer to a rule is a new row, the last one counts.
CREATE TABLE eligibility_answers (
    id           uuid        PRIMARY KEY,
    org          text        NOT NULL,
    check_id     uuid        NOT NULL,
    rule         text        NOT NULL,
    answer       text        NOT NULL CHECK (answer IN ('yes', 'no', 'unknown')),
    evidence     text,
    document_id  uuid,
    answered_by  text        NOT NULL,
    answered_at  timestamptz NOT NULL,
    FOREIGN KEY (org, check_id) REFERENCES eligibility_checks (org, id)
);
CREATE INDEX eligibility_answers_check ON eligibility_answers (org, check_id, rule, answered_at DESC);
SELECT sec.isolate('eligibility_answers');
CREATE POLICY need_to_know ON eligibility_answers AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (EXISTS (SELECT 1 FROM eligibility_checks c WHERE c.org = eligibility_answers.org AND c.id = check_id));

-- ---- references ----

-- AVRR-2026-000123: a sequence per programme and year, since a counter row would make all openings wait for each other. Service
-- roles create nothing, so the years are laid out ahead; opening a case of a later year fails until a migration adds more.
CREATE SCHEMA reference;
GRANT USAGE ON SCHEMA reference TO {{service}}, {{worker}};
DO $$
BEGIN
    FOR year IN 2024..2049 LOOP
        EXECUTE format('CREATE SEQUENCE reference.avrr_%s MAXVALUE 999999', year);
    END LOOP;
END
$$;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA reference TO {{service}}, {{worker}};
