-- Profiles of the labour market: what the principal of a case has learnt, done and can do. All four tables are the field `profile` of a
-- share (share_field in 0005): a partner with an edit share adds, and changes its own.
--
--   declared ──evidence──► documented ──test──► tested ──confirm──► confirmed        (any step may be left out)
--      ╰───────────────────────┴──────────────────┴──────────────────────┴──────────► withdrawn, with a reason
--
-- The level of a claim is not stored: it is what its evidence and its confirmation say.

CREATE TABLE profile_claims (
    id              uuid        PRIMARY KEY,
    org             text        NOT NULL,
    case_id         uuid        NOT NULL,
    kind            text        NOT NULL CHECK (kind IN ('education', 'employment', 'skill', 'language')),
    details         jsonb       NOT NULL,         -- as its kind has them (api-spec/cases/profiles.yaml)
    own_wording     text,                         -- the person's own words
    edited_wording  text,                         -- staff's; what was verified is worded at the confirmation
    author_org      text        NOT NULL,
    author          text        NOT NULL,
    withdrawn_at    timestamptz,
    withdrawn_org   text,
    withdraw_reason text        CHECK (withdraw_reason IN ('mistaken', 'personAsked', 'duplicate', 'superseded')),
    version         int4        NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    UNIQUE (org, id),
    UNIQUE (org, case_id, id),
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    CHECK (num_nulls(withdrawn_at, withdrawn_org, withdraw_reason) IN (0, 3))
);
CREATE INDEX profile_claims_case ON profile_claims (org, case_id, created_at DESC, id DESC);
SELECT share_field('profile_claims', 'profile', 'details, own_wording, edited_wording, withdrawn_at, withdrawn_org, withdraw_reason, version, updated_at');

-- What stood there before each change; author is who changed it.
CREATE TABLE profile_claim_versions (
    org             text        NOT NULL,
    case_id         uuid        NOT NULL,
    claim_id        uuid        NOT NULL,
    version         int4        NOT NULL,
    details         jsonb       NOT NULL,
    own_wording     text,
    edited_wording  text,
    author_org      text        NOT NULL,
    author          text        NOT NULL,
    replaced_at     timestamptz NOT NULL,
    PRIMARY KEY (org, claim_id, version),
    FOREIGN KEY (org, case_id, claim_id) REFERENCES profile_claims (org, case_id, id)
);
SELECT share_field('profile_claim_versions', 'profile');

CREATE TABLE profile_evidence (
    id              uuid        PRIMARY KEY,
    org             text        NOT NULL,
    case_id         uuid        NOT NULL,
    claim_id        uuid        NOT NULL,
    level           text        NOT NULL CHECK (level IN ('documented', 'tested')),
    document_id     uuid,                         -- one of the case, which only its organisation knows
    description     text,
    dated_on        date,                         -- of the document or the test
    author_org      text        NOT NULL,
    author          text        NOT NULL,
    recorded_at     timestamptz NOT NULL,
    UNIQUE (org, claim_id, id),
    FOREIGN KEY (org, case_id, claim_id) REFERENCES profile_claims (org, case_id, id),
    FOREIGN KEY (org, document_id) REFERENCES documents (org, id),
    CHECK (num_nonnulls(document_id, description) > 0)
);
CREATE INDEX profile_evidence_claim ON profile_evidence (org, claim_id, recorded_at);
SELECT share_field('profile_evidence', 'profile');
-- A partner documents; that a person was tested is recorded by the case's own organisation.
CREATE POLICY owner_tests ON profile_evidence AS RESTRICTIVE FOR INSERT TO {{service}}, {{worker}}
    WITH CHECK (author_org = org OR (level = 'documented' AND document_id IS NULL));

CREATE TABLE profile_confirmations (
    id               uuid        PRIMARY KEY,
    org              text        NOT NULL,
    case_id          uuid        NOT NULL,
    claim_id         uuid        NOT NULL,
    evidence_id      uuid        NOT NULL,        -- what it rests on
    verified_wording text,
    author_org       text        NOT NULL,
    author           text        NOT NULL,
    confirmed_at     timestamptz NOT NULL,
    UNIQUE (org, claim_id),
    FOREIGN KEY (org, case_id, claim_id) REFERENCES profile_claims (org, case_id, id),
    FOREIGN KEY (org, claim_id, evidence_id) REFERENCES profile_evidence (org, claim_id, id)
);
SELECT share_field('profile_confirmations', 'profile');
-- The case's own organisation confirms, or whose evidence it is; nobody else what it has said itself.
CREATE POLICY evidence_owner_confirms ON profile_confirmations AS RESTRICTIVE FOR INSERT TO {{service}}, {{worker}}
    WITH CHECK (author_org = org
                OR (EXISTS (SELECT 1 FROM profile_evidence e WHERE e.id = evidence_id AND e.author_org = (SELECT sec.org()))
                    AND EXISTS (SELECT 1 FROM profile_claims c WHERE c.id = claim_id AND c.author_org <> (SELECT sec.org()))));

-- A claim with all that hangs on it. Who it was in an organisation is shown to that organisation only.
CREATE VIEW profile_claims_shown WITH (security_invoker) AS
SELECT c.id, c.org, c.case_id, c.kind, c.details,
       CASE WHEN c.kind = 'education' THEN c.details END AS education, CASE WHEN c.kind = 'employment' THEN c.details END AS employment,
       CASE WHEN c.kind = 'skill' THEN c.details END AS skill, CASE WHEN c.kind = 'language' THEN c.details END AS language, c.own_wording, c.edited_wording, f.verified_wording,
       CASE WHEN f.id IS NOT NULL THEN 'confirmed' WHEN e.tested THEN 'tested' WHEN e.n > 0 THEN 'documented' ELSE 'declared' END AS level,
       coalesce(e.items, '[]'::jsonb) AS evidence,
       CASE WHEN f.id IS NOT NULL
            THEN jsonb_build_object('evidenceId', f.evidence_id, 'organisation', f.author_org, 'at', wf.rfc3339(f.confirmed_at)) END AS confirmation,
       c.author_org AS author_organisation, CASE WHEN c.author_org = sec.org() THEN c.author END AS author,
       c.withdrawn_at, c.withdrawn_org AS withdrawn_by_organisation, c.withdraw_reason, c.created_at, c.updated_at, c.version,
       c.version + e.n::int4 + (f.id IS NOT NULL)::int4 AS seen_version
  FROM profile_claims c
  LEFT JOIN profile_confirmations f ON f.org = c.org AND f.claim_id = c.id
  CROSS JOIN LATERAL (
       SELECT count(*) AS n, coalesce(bool_or(x.level = 'tested'), false) AS tested,
              jsonb_agg(jsonb_build_object('id', x.id, 'level', x.level, 'documentId', x.document_id, 'description', x.description,
                                           'datedOn', x.dated_on, 'organisation', x.author_org, 'recordedAt', wf.rfc3339(x.recorded_at))
                        ORDER BY x.recorded_at, x.id) AS items
         FROM profile_evidence x WHERE x.org = c.org AND x.claim_id = c.id) e;
GRANT SELECT ON profile_claims_shown TO {{service}}, {{worker}};
