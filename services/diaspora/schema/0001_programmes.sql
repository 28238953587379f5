-- Programmes at work: who asks (institutions), what is asked (needs, terms of reference), who could (experts), and how they come together
-- (applications, matches).
--
-- Need-to-know is the programme: a row is seen by who holds the scope programme:<code> of its programme, or of one of its programmes.
-- Written out at every table and not in a function: PostgreSQL inlines no function with a subquery.

CREATE FUNCTION name_key(name text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN trim(BOTH FROM regexp_replace(
        regexp_replace(lower(normalize(name, NFKD) COLLATE "und-x-icu"), '[\u0300-\u036f\u064b-\u065f''’ʼʻ`]', '', 'g'),
        '[^[:alnum:]]+' COLLATE "und-x-icu", ' ', 'g'));
-- One key per word of a name to its end, and family first: a prefix of any word is a range of a plain index.
CREATE FUNCTION name_keys(given text, family text) RETURNS SETOF text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 6
BEGIN ATOMIC
    WITH words AS (SELECT string_to_array(name_key(given || ' ' || family), ' ') AS w)
    SELECT array_to_string(w[i:], ' ') FROM words, generate_subscripts(w, 1) AS i WHERE w[i] <> ''
    UNION
    SELECT name_key(family || ' ' || given) WHERE family <> '';
END;

-- A country closes in the middle of a programme: beside the programme's data, which says how it was planned.
CREATE TABLE country_closures (
    id          uuid        PRIMARY KEY,
    org         text        NOT NULL,
    programme   text        NOT NULL,
    country     text        NOT NULL,
    from_on     date        NOT NULL,
    until_on    date,                             -- last day; NULL: until further notice
    reason      text        NOT NULL,
    version     int4        NOT NULL DEFAULT 1,
    created_by  text        NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    CHECK (from_on <= until_on)
);
CREATE INDEX country_closures_country ON country_closures (org, programme, country, from_on);
SELECT sec.isolate('country_closures', 'until_on, version, updated_at');

CREATE TABLE institutions (
    id          uuid        PRIMARY KEY,
    org         text        NOT NULL,
    programmes  text[]      NOT NULL CHECK (cardinality(programmes) BETWEEN 1 AND 8),
    role        text        NOT NULL CHECK (role IN ('host', 'counterpart')),
    name        text        NOT NULL,
    country     text        NOT NULL,
    sector      text        NOT NULL,
    profile     text,
    contacts    jsonb       NOT NULL,             -- [{name, function, email, phone, languages}]
    status      text        NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'inactive')),
    version     int4        NOT NULL DEFAULT 1,
    created_by  text        NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    UNIQUE (org, id)
);
CREATE INDEX institutions_name ON institutions (org, name, id);
SELECT sec.isolate('institutions', 'programmes, name, sector, profile, contacts, status, version, updated_at');

-- A lasting link between a host institution and a Dutch one.
CREATE TABLE institution_links (
    id              uuid        PRIMARY KEY,
    org             text        NOT NULL,
    programme       text        NOT NULL,
    host_id         uuid        NOT NULL,
    counterpart_id  uuid        NOT NULL,
    purpose         text        NOT NULL,
    activities      jsonb       NOT NULL,         -- [{kind, title, startsOn, endsOn}]
    starts_on       date        NOT NULL,
    ends_on         date,                         -- NULL: lasting
    version         int4        NOT NULL DEFAULT 1,
    created_by      text        NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, host_id) REFERENCES institutions (org, id),
    FOREIGN KEY (org, counterpart_id) REFERENCES institutions (org, id),
    CHECK (host_id <> counterpart_id),
    CHECK (starts_on <= ends_on)
);
CREATE INDEX institution_links_host ON institution_links (org, host_id, starts_on);
CREATE INDEX institution_links_counterpart ON institution_links (org, counterpart_id, starts_on);
CREATE INDEX institution_links_starts ON institution_links (org, starts_on, id);
SELECT sec.isolate('institution_links', 'purpose, activities, ends_on, version, updated_at');

-- Host staff come to the Netherlands.
--     planned ──► done
--        ╰──────► cancelled
CREATE TABLE visits (
    id              uuid        PRIMARY KEY,
    org             text        NOT NULL,
    programme       text        NOT NULL,
    host_id         uuid        NOT NULL,
    counterpart_id  uuid,                         -- who receives them; NULL: the office itself
    link_id         uuid,
    purpose         text        NOT NULL,
    visitors        jsonb       NOT NULL,         -- [{name, function}]
    starts_on       date        NOT NULL,
    ends_on         date        NOT NULL,
    place           text        NOT NULL,
    status          text        NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'done', 'cancelled')),
    outcome         text,
    cancel_reason   text,
    version         int4        NOT NULL DEFAULT 1,
    created_by      text        NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    FOREIGN KEY (org, host_id) REFERENCES institutions (org, id),
    FOREIGN KEY (org, counterpart_id) REFERENCES institutions (org, id),
    FOREIGN KEY (org, link_id) REFERENCES institution_links (org, id),
    CHECK (starts_on <= ends_on),
    CHECK ((status = 'done') = (outcome IS NOT NULL)),
    CHECK ((status = 'cancelled') = (cancel_reason IS NOT NULL))
);
CREATE INDEX visits_starts ON visits (org, starts_on, id);
SELECT sec.isolate('visits', 'counterpart_id, link_id, purpose, visitors, starts_on, ends_on, place, status, outcome, cancel_reason, version, '
                             'updated_at');

-- What an institution asks for, in its own words.
--     open ──► met | withdrawn
CREATE TABLE needs (
    id              uuid        PRIMARY KEY,
    org             text        NOT NULL,
    programme       text        NOT NULL,
    institution_id  uuid        NOT NULL,
    country         text        NOT NULL,
    sector          text        NOT NULL,
    title           text        NOT NULL,
    description     text        NOT NULL,
    wanted_from     date,
    status          text        NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'met', 'withdrawn')),
    close_reason    text,
    version         int4        NOT NULL DEFAULT 1,
    created_by      text        NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, institution_id) REFERENCES institutions (org, id),
    CHECK ((status = 'open') = (close_reason IS NULL))
);
CREATE INDEX needs_created ON needs (org, created_at DESC, id DESC);
SELECT sec.isolate('needs', 'sector, title, description, wanted_from, status, close_reason, version, updated_at');

-- Terms of reference. The status is that of the whole; while it is in force, a new version passes draft and submitted beside it.
--
--     draft ◄──► submitted ──► approved ──► open ──► filled
--       │            │             │       ▲ │ ╲
--       │            │             │       │ ▼  ╲
--       │            │             │   suspended  │
--       ╰────────────┴─────────────┴───────┴──────┴──► closed
CREATE TABLE tors (
    id              uuid        PRIMARY KEY,
    org             text        NOT NULL,
    programme       text        NOT NULL,
    need_id         uuid        NOT NULL,
    institution_id  uuid        NOT NULL,
    country         text        NOT NULL,
    sector          text        NOT NULL,
    reference       text        NOT NULL,         -- CD4D2-2026-000123
    status          text        NOT NULL DEFAULT 'draft'
                    CHECK (status IN ('draft', 'submitted', 'approved', 'open', 'filled', 'closed', 'suspended')),
    newest          int4        NOT NULL DEFAULT 1, -- number of the newest version
    in_force        int4,                         -- number of the approved one; applications are pinned to it
    status_reason   text,                         -- why it is suspended or closed
    version         int4        NOT NULL DEFAULT 1,
    created_by      text        NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    UNIQUE (org, id),
    UNIQUE (org, reference),
    FOREIGN KEY (org, need_id) REFERENCES needs (org, id),
    FOREIGN KEY (org, institution_id) REFERENCES institutions (org, id),
    CHECK (in_force <= newest),
    CHECK (status IN ('draft', 'submitted', 'closed') OR in_force IS NOT NULL)
);
CREATE INDEX tors_created ON tors (org, created_at DESC, id DESC);
CREATE INDEX tors_need ON tors (org, need_id);
SELECT sec.isolate('tors', 'status, newest, in_force, status_reason, version, updated_at');

--     draft ◄──► submitted ──► approved ──► superseded
CREATE TABLE tor_versions (
    org           text        NOT NULL,
    tor_id        uuid        NOT NULL,
    number        int4        NOT NULL CHECK (number BETWEEN 1 AND 99),
    status        text        NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'submitted', 'approved', 'superseded')),
    title         text        NOT NULL,
    tasks         text        NOT NULL,
    kinds         text[]      NOT NULL,           -- physical, online
    competences   jsonb       NOT NULL,           -- [{uri, label, required, evidence}]
    languages     jsonb       NOT NULL,           -- [{language, listening, reading, speaking, writing}]: all are required
    starts_on     date        NOT NULL,
    ends_on       date        NOT NULL,
    places        int4        NOT NULL CHECK (places BETWEEN 1 AND 50),
    submitted_by  text,
    submitted_at  timestamptz,
    approved_by   text,
    approved_at   timestamptz,
    returned_for  text,                           -- why it came back to draft
    created_by    text        NOT NULL,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    PRIMARY KEY (org, tor_id, number),
    FOREIGN KEY (org, tor_id) REFERENCES tors (org, id),
    CHECK (starts_on <= ends_on),
    CHECK (approved_by <> submitted_by),
    CHECK ((status IN ('approved', 'superseded')) = (approved_at IS NOT NULL))
);
CREATE UNIQUE INDEX tor_versions_in_force ON tor_versions (org, tor_id) WHERE status = 'approved';
SELECT sec.isolate('tor_versions', 'status, title, tasks, kinds, competences, languages, starts_on, ends_on, places, submitted_by, '
                                   'submitted_at, approved_by, approved_at, returned_for, updated_at');
CREATE POLICY need_to_know ON tor_versions AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (EXISTS (SELECT 1 FROM tors t WHERE t.org = tor_versions.org AND t.id = tor_id));

-- Every move of terms of reference.
CREATE TABLE tor_moves (
    id           uuid        PRIMARY KEY,
    org          text        NOT NULL,
    tor_id       uuid        NOT NULL,
    number       int4        NOT NULL,            -- version that it was about
    transition   text        NOT NULL,
    from_status  text        NOT NULL,
    to_status    text        NOT NULL,
    reason       text,
    by_user      text        NOT NULL,
    at           timestamptz NOT NULL,
    FOREIGN KEY (org, tor_id) REFERENCES tors (org, id)
);
CREATE INDEX tor_moves_tor ON tor_moves (org, tor_id, at);
SELECT sec.isolate('tor_moves');
CREATE POLICY need_to_know ON tor_moves AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (EXISTS (SELECT 1 FROM tors t WHERE t.org = tor_moves.org AND t.id = tor_id));

-- ---- experts ----

CREATE TABLE experts (
    id                 uuid        PRIMARY KEY,
    org                text        NOT NULL,
    programmes         text[]      NOT NULL CHECK (cardinality(programmes) BETWEEN 1 AND 8),
    names              jsonb       NOT NULL,      -- [{given, family, kind, script}]
    birth_date         jsonb,                     -- {value, estimated}
    sex                text        NOT NULL DEFAULT 'unknown' CHECK (sex IN ('female', 'male', 'other', 'unknown')),
    residence_country  text        NOT NULL,
    languages          jsonb       NOT NULL,      -- [{language, listening, reading, speaking, writing}]
    contact_points     jsonb       NOT NULL,      -- [{kind, value, preferred, zone, safeToContact}]
    documents          jsonb       NOT NULL,      -- [{kind, title, reference}]: cv, diplomas; the content is elsewhere
    status             text        NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'inactive')),
    version            int4        NOT NULL DEFAULT 1,
    created_by         text        NOT NULL,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    UNIQUE (org, id)
);
CREATE INDEX experts_updated ON experts (org, updated_at DESC, id DESC);
SELECT sec.isolate('experts', 'programmes, names, birth_date, sex, residence_country, languages, contact_points, documents, status, version, '
                              'updated_at');

CREATE TABLE expert_name_keys (
    org        text NOT NULL,
    key        text COLLATE "C" NOT NULL,
    expert_id  uuid NOT NULL,
    PRIMARY KEY (org, key, expert_id),
    FOREIGN KEY (org, expert_id) REFERENCES experts (org, id)
);
CREATE INDEX expert_name_keys_expert ON expert_name_keys (org, expert_id);
SELECT sec.isolate('expert_name_keys', '', 'DELETE');

-- Sensitive: nationalities and the basis of residence, sealed as a whole; own scope, own version, no trace on the expert's row.
CREATE TABLE expert_residences (
    expert_id    uuid        PRIMARY KEY,
    org          text        NOT NULL,
    sealed       bytea       NOT NULL,            -- class document, place expert_residences.sealed: {nationalities, country, permit, basis, validUntil, travelDocument}
    verified_by  text,
    verified_at  timestamptz,
    version      int4        NOT NULL DEFAULT 1,
    updated_at   timestamptz NOT NULL,
    FOREIGN KEY (org, expert_id) REFERENCES experts (org, id)
);
SELECT sec.isolate('expert_residences', 'sealed, verified_by, verified_at, version, updated_at');

CREATE TABLE expert_competences (
    id          uuid        PRIMARY KEY,
    org         text        NOT NULL,
    expert_id   uuid        NOT NULL,
    uri         text        NOT NULL,             -- ESCO
    label       text        NOT NULL,
    evidence    text        NOT NULL CHECK (evidence IN ('declared', 'documented', 'tested', 'confirmed')),
    source      text,                             -- what the evidence is
    version     int4        NOT NULL DEFAULT 1,
    created_by  text        NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    FOREIGN KEY (org, expert_id) REFERENCES experts (org, id),
    CHECK (evidence = 'declared' OR source IS NOT NULL)
);
CREATE UNIQUE INDEX expert_competences_now ON expert_competences (org, uri, expert_id) WHERE ended_at IS NULL;
CREATE INDEX expert_competences_expert ON expert_competences (org, expert_id) WHERE ended_at IS NULL;
SELECT sec.isolate('expert_competences', 'label, evidence, source, version, updated_at, ended_at');

CREATE TABLE expert_windows (
    id          uuid        PRIMARY KEY,
    org         text        NOT NULL,
    expert_id   uuid        NOT NULL,
    kind        text        NOT NULL CHECK (kind IN ('available', 'unavailable')),
    starts_on   date        NOT NULL,
    ends_on     date        NOT NULL,
    note        text,
    created_by  text        NOT NULL,
    created_at  timestamptz NOT NULL,
    ended_at    timestamptz,                      -- taken back
    FOREIGN KEY (org, expert_id) REFERENCES experts (org, id),
    CHECK (starts_on <= ends_on)
);
CREATE INDEX expert_windows_expert ON expert_windows (org, expert_id, starts_on) WHERE ended_at IS NULL;
SELECT sec.isolate('expert_windows', 'ended_at');

-- ---- applications and matches ----

--     applied   ╲
--     invited   ─┼─► shortlisted ──► interviewed ──► hostAccepted ──► offered ──► accepted
--     requested ╱    (before accepted, from everywhere: ──► declined | withdrawn)
CREATE TABLE applications (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    programme      text        NOT NULL,
    tor_id         uuid        NOT NULL,
    tor_version    int4        NOT NULL,          -- pinned
    expert_id      uuid        NOT NULL,
    way            text        NOT NULL CHECK (way IN ('applied', 'invited', 'requested')),
    status         text        NOT NULL CHECK (status IN ('applied', 'invited', 'requested', 'shortlisted', 'interviewed', 'hostAccepted',
                                                          'offered', 'accepted', 'declined', 'withdrawn')),
    interview      jsonb,                         -- {heldOn, outcome, note}
    host_decision  jsonb,                         -- {decidedOn, outcome, by}
    close_reason   text,                          -- code, of declined and withdrawn
    version        int4        NOT NULL DEFAULT 1,
    created_by     text        NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, tor_id, tor_version) REFERENCES tor_versions (org, tor_id, number),
    FOREIGN KEY (org, tor_id) REFERENCES tors (org, id),
    FOREIGN KEY (org, expert_id) REFERENCES experts (org, id),
    CHECK ((status IN ('declined', 'withdrawn')) = (close_reason IS NOT NULL)),
    CHECK (status NOT IN ('interviewed', 'hostAccepted', 'offered', 'accepted') OR interview IS NOT NULL),
    CHECK (status NOT IN ('hostAccepted', 'offered', 'accepted') OR host_decision->>'outcome' = 'accepted')
);
CREATE UNIQUE INDEX applications_one_open ON applications (org, tor_id, expert_id) WHERE status NOT IN ('declined', 'withdrawn');
CREATE INDEX applications_expert ON applications (org, expert_id);
CREATE INDEX applications_created ON applications (org, created_at DESC, id DESC);
SELECT sec.isolate('applications', 'status, interview, host_decision, close_reason, version, updated_at');

CREATE TABLE application_moves (
    id              uuid        PRIMARY KEY,
    org             text        NOT NULL,
    application_id  uuid        NOT NULL,
    transition      text        NOT NULL,
    from_status     text        NOT NULL,
    to_status       text        NOT NULL,
    reason          text,
    by_user         text        NOT NULL,
    at              timestamptz NOT NULL,
    FOREIGN KEY (org, application_id) REFERENCES applications (org, id)
);
CREATE INDEX application_moves_application ON application_moves (org, application_id, at);
SELECT sec.isolate('application_moves');
CREATE POLICY need_to_know ON application_moves AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (EXISTS (SELECT 1 FROM applications a WHERE a.org = application_moves.org AND a.id = application_id));

-- What a human decided on a match, with what was shown at that moment. Append-only.
CREATE TABLE matches (
    id            uuid        PRIMARY KEY,
    org           text        NOT NULL,
    programme     text        NOT NULL,
    tor_id        uuid        NOT NULL,
    tor_version   int4        NOT NULL,
    expert_id     uuid        NOT NULL,
    weights       int4        NOT NULL,           -- version of the weights
    score         int4        NOT NULL CHECK (score BETWEEN 0 AND 100),
    hard_filters  jsonb       NOT NULL,           -- [{code, passed, detail}]
    reasons       jsonb       NOT NULL,           -- [{code, weight, points, detail}]
    decision      text        NOT NULL CHECK (decision IN ('invite', 'keep', 'reject')),
    reason        text        NOT NULL,
    decided_by    text        NOT NULL,
    decided_at    timestamptz NOT NULL,
    FOREIGN KEY (org, tor_id, tor_version) REFERENCES tor_versions (org, tor_id, number),
    FOREIGN KEY (org, expert_id) REFERENCES experts (org, id)
);
CREATE INDEX matches_tor ON matches (org, tor_id, decided_at DESC, id DESC);
SELECT sec.isolate('matches');

-- ---- who may know ----

-- Internal calls of the house see all of their organisation; workers act for an organisation and are not named here.
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['country_closures', 'institution_links', 'visits', 'needs', 'tors', 'applications', 'matches'] LOOP
        EXECUTE format($p$CREATE POLICY need_to_know ON %I AS RESTRICTIVE FOR SELECT TO {{service}} USING (
            (SELECT sec.has('internal'))
            OR 'programme:' || programme = ANY ((SELECT string_to_array(sec.scope(), ' '))::text[]))$p$, t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['institutions', 'experts'] LOOP
        EXECUTE format($p$CREATE POLICY need_to_know ON %I AS RESTRICTIVE FOR SELECT TO {{service}} USING (
            (SELECT sec.has('internal'))
            OR string_to_array('programme:' || array_to_string(programmes, ' programme:'), ' ')
               && (SELECT string_to_array(sec.scope(), ' ')))$p$, t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['expert_name_keys', 'expert_residences', 'expert_competences', 'expert_windows'] LOOP
        EXECUTE format($p$CREATE POLICY need_to_know ON %1$I AS RESTRICTIVE FOR SELECT TO {{service}}
            USING (EXISTS (SELECT 1 FROM experts e WHERE e.org = %1$I.org AND e.id = expert_id))$p$, t);
    END LOOP;
END
$$;

-- ---- references ----

-- CD4D2-2026-000123: a sequence per programme and year, laid out ahead; service roles create nothing.
CREATE SCHEMA reference;
GRANT USAGE ON SCHEMA reference TO {{service}}, {{worker}};
DO $$
BEGIN
    FOR year IN 2024..2049 LOOP
        EXECUTE format('CREATE SEQUENCE reference.cd4d2_%s MAXVALUE 999999', year);
        EXECUTE format('CREATE SEQUENCE reference.ed4d_%s MAXVALUE 999999', year);
    END LOOP;
END
$$;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA reference TO {{service}}, {{worker}};
