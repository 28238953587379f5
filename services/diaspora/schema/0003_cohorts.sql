-- Entrepreneurs of the diaspora: cohorts with places, finalists and jury seats per country, ventures with their teams, mentor sessions,
-- the jury's scores, missions.
--
--   cohort:   planned ──► open ──► running ──► finished
--                ╰──────────┴──► cancelled
--
--   venture:  applied ──► selected ──► training ──► planSubmitted ──► jury ──► finalist ──► mission ──► started ◄──► paused
--                ╰───────────┴────────────┴───────────────┴─────────────┴─────────┴───────────┴──────────┴───────────┴──► dropped
--
--   session:  planned ──► held | cancelled          mission:  planned ──► travelling ──► held | cancelled

CREATE TABLE cohorts (
    id                   uuid        PRIMARY KEY,
    org                  text        NOT NULL,
    programme            text        NOT NULL,
    name                 text        NOT NULL,
    applications_from    date        NOT NULL,
    applications_until   date        NOT NULL,
    min_mentor_sessions  int4        NOT NULL CHECK (min_mentor_sessions BETWEEN 0 AND 20),
    jury_form            int4        NOT NULL,    -- version of the jury's form that the cohort scores by
    status               text        NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'open', 'running', 'finished', 'cancelled')),
    status_reason        text,
    version              int4        NOT NULL DEFAULT 1,
    created_by           text        NOT NULL,
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    UNIQUE (org, id),
    CHECK (applications_from <= applications_until)
);
CREATE INDEX cohorts_created ON cohorts (org, created_at DESC, id DESC);
SELECT sec.isolate('cohorts', 'name, applications_from, applications_until, min_mentor_sessions, status, status_reason, version, updated_at');
CREATE POLICY programme ON cohorts AS RESTRICTIVE FOR SELECT TO {{service}}
    USING ((SELECT sec.has('internal')) OR 'programme:' || programme = ANY ((SELECT string_to_array(sec.scope(), ' '))::text[]));

-- How many a country may have. The row is locked by whoever takes a place, so that two cannot take the last one.
CREATE TABLE cohort_countries (
    org         text NOT NULL,
    cohort_id   uuid NOT NULL,
    country     text NOT NULL,
    places      int4 NOT NULL CHECK (places BETWEEN 1 AND 500),
    finalists   int4 NOT NULL CHECK (finalists BETWEEN 1 AND 100),
    jury_seats  int4 NOT NULL CHECK (jury_seats BETWEEN 1 AND 20),
    PRIMARY KEY (org, cohort_id, country),
    FOREIGN KEY (org, cohort_id) REFERENCES cohorts (org, id),
    CHECK (finalists <= places)
);
SELECT sec.isolate('cohort_countries', 'places, finalists, jury_seats');
CREATE POLICY programme ON cohort_countries AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cohorts c WHERE c.id = cohort_id));

CREATE TABLE jurors (
    id          uuid        PRIMARY KEY,
    org         text        NOT NULL,
    cohort_id   uuid        NOT NULL,
    country     text        NOT NULL,
    user_id     text        NOT NULL,             -- subject of the user who scores
    kind        text        NOT NULL CHECK (kind IN ('expert', 'entrepreneur', 'embassy', 'programme')),
    created_by  text        NOT NULL,
    created_at  timestamptz NOT NULL,
    left_at     timestamptz,
    UNIQUE (org, id),
    FOREIGN KEY (org, cohort_id, country) REFERENCES cohort_countries (org, cohort_id, country)
);
CREATE UNIQUE INDEX jurors_now ON jurors (org, cohort_id, country, user_id) WHERE left_at IS NULL;
SELECT sec.isolate('jurors', 'left_at');
CREATE POLICY programme ON jurors AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cohorts c WHERE c.id = cohort_id));

CREATE TABLE missions (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    cohort_id      uuid        NOT NULL,
    country        text        NOT NULL,
    place          text        NOT NULL,          -- IATA code of an airport, or a name
    from_on        date        NOT NULL,
    until_on       date        NOT NULL,
    status         text        NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'travelling', 'held', 'cancelled')),
    status_reason  text,
    version        int4        NOT NULL DEFAULT 1,
    created_by     text        NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, cohort_id, country) REFERENCES cohort_countries (org, cohort_id, country),
    CHECK (from_on <= until_on)
);
CREATE INDEX missions_cohort ON missions (org, cohort_id);
CREATE INDEX missions_from ON missions (org, from_on, id);
SELECT sec.isolate('missions', 'place, from_on, until_on, status, status_reason, version, updated_at');
CREATE POLICY programme ON missions AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cohorts c WHERE c.id = cohort_id));

CREATE TABLE ventures (
    id               uuid        PRIMARY KEY,
    org              text        NOT NULL,
    cohort_id        uuid        NOT NULL,
    country          text        NOT NULL,        -- where the enterprise is to be
    name             text        NOT NULL,
    sector           text        NOT NULL,
    summary          text        NOT NULL,
    status           text        NOT NULL DEFAULT 'applied'
                     CHECK (status IN ('applied', 'selected', 'training', 'planSubmitted', 'jury', 'finalist', 'mission', 'started', 'paused', 'dropped')),
    status_reason    text,
    plan             text,                        -- the business plan; it names no person
    plan_version     int4        NOT NULL DEFAULT 0,
    plan_at          timestamptz,
    scores_in        int4        NOT NULL DEFAULT 0,
    scored_at        timestamptz,                 -- when the last juror's score came in: from then on all are seen
    points           int4,                        -- sum over the jurors, once scored
    mission_id       uuid,
    version          int4        NOT NULL DEFAULT 1,
    created_by       text        NOT NULL,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, cohort_id, country) REFERENCES cohort_countries (org, cohort_id, country),
    FOREIGN KEY (org, mission_id) REFERENCES missions (org, id),
    CHECK ((plan IS NULL) = (plan_at IS NULL)),
    CHECK ((points IS NULL) = (scored_at IS NULL))
);
CREATE INDEX ventures_cohort ON ventures (org, cohort_id, country, status);
CREATE INDEX ventures_created ON ventures (org, created_at DESC, id DESC);
CREATE INDEX ventures_mission ON ventures (org, mission_id) WHERE mission_id IS NOT NULL;
SELECT sec.isolate('ventures', 'name, sector, summary, status, status_reason, plan, plan_version, plan_at, scores_in, scored_at, points, mission_id, '
                               'version, updated_at');
CREATE POLICY programme ON ventures AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cohorts c WHERE c.id = cohort_id));

CREATE TABLE venture_members (
    id                 uuid        PRIMARY KEY,
    org                text        NOT NULL,
    venture_id         uuid        NOT NULL,
    kind               text        NOT NULL CHECK (kind IN ('diasporaEntrepreneur', 'dutchEntrepreneur')),
    given              text        NOT NULL,
    family             text        NOT NULL,
    email              text,
    nationalities      text[]      NOT NULL CHECK (cardinality(nationalities) BETWEEN 1 AND 8),
    origin_country     text,                      -- of a diaspora entrepreneur
    residence_country  text        NOT NULL,
    joined_at          timestamptz NOT NULL,
    left_at            timestamptz,
    UNIQUE (org, id),
    FOREIGN KEY (org, venture_id) REFERENCES ventures (org, id),
    CHECK ((kind = 'diasporaEntrepreneur') = (origin_country IS NOT NULL))
);
CREATE INDEX venture_members_venture ON venture_members (org, venture_id) WHERE left_at IS NULL;
SELECT sec.isolate('venture_members', 'left_at');
-- A juror of an embassy sees the business plan and nothing of the people behind it.
CREATE POLICY team ON venture_members AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (((SELECT sec.has('ventures:read')) OR (SELECT sec.has('internal'))) AND EXISTS (SELECT 1 FROM ventures v WHERE v.id = venture_id));

CREATE TABLE venture_moves (
    id           uuid        PRIMARY KEY,
    org          text        NOT NULL,
    venture_id   uuid        NOT NULL,
    transition   text        NOT NULL,
    from_status  text        NOT NULL,
    to_status    text        NOT NULL,
    reason       text,
    by_user      text        NOT NULL,
    at           timestamptz NOT NULL,
    FOREIGN KEY (org, venture_id) REFERENCES ventures (org, id)
);
CREATE INDEX venture_moves_venture ON venture_moves (org, venture_id, at);
SELECT sec.isolate('venture_moves');
CREATE POLICY programme ON venture_moves AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM ventures v WHERE v.id = venture_id));

CREATE TABLE mentor_sessions (
    id          uuid        PRIMARY KEY,
    org         text        NOT NULL,
    venture_id  uuid        NOT NULL,
    mentor      text        NOT NULL,
    topic       text        NOT NULL,
    starts_at   timestamptz NOT NULL,
    zone        text        NOT NULL,
    minutes     int4        NOT NULL CHECK (minutes BETWEEN 10 AND 600),
    status      text        NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'held', 'cancelled')),
    outcome     text,
    version     int4        NOT NULL DEFAULT 1,
    created_by  text        NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, venture_id) REFERENCES ventures (org, id)
);
CREATE INDEX mentor_sessions_venture ON mentor_sessions (org, venture_id, starts_at, id);
SELECT sec.isolate('mentor_sessions', 'mentor, topic, starts_at, zone, minutes, status, outcome, version, updated_at');
CREATE POLICY programme ON mentor_sessions AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM ventures v WHERE v.id = venture_id));

-- Blind until all are in: until then everybody sees the own score only.
CREATE TABLE jury_scores (
    id          uuid        PRIMARY KEY,
    org         text        NOT NULL,
    venture_id  uuid        NOT NULL,
    juror_id    uuid        NOT NULL,
    user_id     text        NOT NULL,
    scores      jsonb       NOT NULL,             -- criterion: points, by the cohort's form
    points      int4        NOT NULL,             -- weighted sum
    comment     text,
    version     int4        NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    UNIQUE (org, venture_id, juror_id),
    FOREIGN KEY (org, venture_id) REFERENCES ventures (org, id),
    FOREIGN KEY (org, juror_id) REFERENCES jurors (org, id)
);
SELECT sec.isolate('jury_scores', 'scores, points, comment, version, updated_at');
CREATE POLICY blind ON jury_scores AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (EXISTS (SELECT 1 FROM ventures v WHERE v.id = venture_id AND (v.scored_at IS NOT NULL OR user_id = (SELECT sec.sub()))));
CREATE POLICY mine_add ON jury_scores AS RESTRICTIVE FOR INSERT TO {{service}} WITH CHECK (user_id = (SELECT sec.sub()));
CREATE POLICY mine_change ON jury_scores AS RESTRICTIVE FOR UPDATE TO {{service}} USING (user_id = (SELECT sec.sub()));
