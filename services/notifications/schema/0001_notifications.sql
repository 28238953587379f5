-- Messages to people, the staff inbox, partners' webhooks. No address, name or content of a message is stored before it leaves: the
-- sender asks the cases service right then.

CREATE FUNCTION rfc3339(at timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
           || CASE WHEN date_trunc('second', at) = at THEN '' ELSE to_char(at AT TIME ZONE 'UTC', '.US') END || 'Z';

-- ---- who may know of a case ----
--
-- Kept by the events of the cases service, which come before all that is planned for the case. What is not known yet is seen by nobody.

CREATE TABLE case_readers (
    org              text   NOT NULL,
    case_id          uuid   NOT NULL,
    programme        text   NOT NULL,
    confidentiality  text   NOT NULL,
    offices          text[] NOT NULL,
    team             text[] NOT NULL,
    PRIMARY KEY (org, case_id)
);
SELECT sec.isolate('case_readers', 'programme, confidentiality, offices, team');
-- As on the cases themselves (services/cases/schema/0001).
CREATE POLICY need_to_know ON case_readers AS RESTRICTIVE FOR SELECT TO {{service}} USING (
    (SELECT sec.has('internal'))
    OR ('programme:' || programme = ANY ((SELECT string_to_array(sec.scope(), ' '))::text[])
        AND string_to_array('office:' || array_to_string(offices, ' office:'), ' ') && (SELECT string_to_array(sec.scope(), ' '))
        AND (confidentiality = 'normal'
             OR (confidentiality = 'restricted' AND (SELECT sec.has('cases.restricted:read')))
             OR (SELECT sec.sub()) = ANY (team))));

-- ---- messages ----
--
--   scheduled ──► queued ──► sending ──► sent ──► delivered
--       │            │          ├──► tempFailed ──► queued …
--       │            │          ├──► permFailed
--       ╰────────────┴──► superseded | cancelled | expired

CREATE TABLE messages (
    id                uuid        PRIMARY KEY,
    org               text        NOT NULL,
    case_id           uuid,
    person_id         uuid,
    user_id           text,                       -- staff; else the person, or the case's principal
    topic             text        NOT NULL,
    template          text        NOT NULL,
    class             text        NOT NULL CHECK (class IN ('urgent', 'normal', 'digest')),
    basis_kind        text        NOT NULL CHECK (basis_kind IN ('appointment', 'document', 'task', 'case')),
    basis_id          uuid        NOT NULL,
    basis_event       text        NOT NULL CHECK (basis_event IN ('reminder', 'moved', 'cancelled')),
    basis_starts_at   timestamptz,                -- the start that it was made for: another one supersedes it
    status            text        NOT NULL CHECK (status IN ('scheduled', 'queued', 'sending', 'sent', 'delivered', 'tempFailed', 'permFailed',
                                                             'expired', 'cancelled', 'superseded')),
    reason            text,                       -- code
    send_at           timestamptz NOT NULL,
    expires_at        timestamptz NOT NULL,
    channel           text,                       -- once known
    language          text,
    template_version  int4,
    attempts          int4        NOT NULL DEFAULT 0,
    maybe_duplicate   bool        NOT NULL DEFAULT false,
    sent_at           timestamptz,
    version           int4        NOT NULL DEFAULT 1,
    sensitivity       text        NOT NULL DEFAULT '' CHECK (sensitivity IN ('', 'protection')),
    created_by        text        NOT NULL,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    UNIQUE (org, id),
    CHECK (num_nonnulls(case_id, person_id, user_id) > 0)
);
CREATE INDEX messages_created ON messages (org, created_at DESC, id DESC);
CREATE INDEX messages_case ON messages (org, case_id, created_at DESC, id DESC) WHERE case_id IS NOT NULL;
CREATE INDEX messages_basis ON messages (org, basis_id) WHERE status IN ('scheduled', 'queued', 'tempFailed');
SELECT sec.isolate('messages', 'status, reason, send_at, channel, language, template_version, attempts, maybe_duplicate, sent_at, version, updated_at');

CREATE POLICY need_to_know ON messages AS RESTRICTIVE FOR SELECT TO {{service}}
    USING ((case_id IS NULL OR EXISTS (SELECT 1 FROM case_readers r WHERE r.org = messages.org AND r.case_id = messages.case_id))
           AND (sensitivity = '' OR (SELECT sec.has('protection:read')) OR (SELECT sec.has('internal'))));

CREATE TABLE message_attempts (
    org         text        NOT NULL,
    message_id  uuid        NOT NULL,
    attempt     int4        NOT NULL,
    at          timestamptz NOT NULL,
    outcome     text        NOT NULL,             -- sent, tempFailed, permFailed, unknown
    answer      text,                             -- the server's, cut; it names no address
    PRIMARY KEY (org, message_id, attempt),
    FOREIGN KEY (org, message_id) REFERENCES messages (org, id)
);
SELECT sec.isolate('message_attempts', 'at, outcome, answer');

-- What the sender looks at across organisations: when which message is due, nothing else.
CREATE TABLE message_due (
    message_id    uuid        PRIMARY KEY,
    org           text        NOT NULL,
    due_at        timestamptz NOT NULL,
    leased_until  timestamptz,
    FOREIGN KEY (org, message_id) REFERENCES messages (org, id)
);
CREATE INDEX message_due_at ON message_due (due_at);
ALTER TABLE message_due ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, DELETE, UPDATE (due_at, leased_until) ON message_due TO {{service}}, {{worker}};
CREATE POLICY own ON message_due TO {{service}} USING (org = (SELECT sec.org())) WITH CHECK (org = (SELECT sec.org()));
CREATE POLICY schedule ON message_due TO {{worker}} USING (true) WITH CHECK (org = (SELECT sec.org()) OR (SELECT sec.org()) IS NULL);

-- Addresses that are not written to any more: bounced for good, or asked not to be. Only a keyed hash of the address is kept.
CREATE TABLE suppressions (
    id            uuid        PRIMARY KEY,
    org           text        NOT NULL,
    channel       text        NOT NULL CHECK (channel IN ('email', 'sms')),
    address_index bytea       NOT NULL,           -- keyring_blind of the address
    reason        text        NOT NULL CHECK (reason IN ('bounced', 'optedOut')),
    created_at    timestamptz NOT NULL,
    UNIQUE (org, channel, address_index)
);
SELECT sec.isolate('suppressions', '', 'DELETE');

-- ---- the staff inbox ----

CREATE TABLE inbox_items (
    id          uuid        PRIMARY KEY,          -- version 7: rises, so it is the stream's event id too
    org         text        NOT NULL,
    user_id     text        NOT NULL,
    topic       text        NOT NULL,
    subject     text        NOT NULL,
    body        text        NOT NULL,
    case_id     uuid,
    message_id  uuid        NOT NULL,
    read_at     timestamptz,
    version     int4        NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    FOREIGN KEY (org, message_id) REFERENCES messages (org, id),
    UNIQUE (org, message_id)
);
CREATE INDEX inbox_items_user ON inbox_items (org, user_id, created_at DESC, id DESC);
CREATE INDEX inbox_items_stream ON inbox_items (org, user_id, id);
SELECT sec.isolate('inbox_items', 'read_at, version');
CREATE POLICY mine ON inbox_items AS RESTRICTIVE TO {{service}} USING (user_id = (SELECT sec.sub()));
CREATE POLICY need_to_know ON inbox_items AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (case_id IS NULL OR EXISTS (SELECT 1 FROM case_readers r WHERE r.org = inbox_items.org AND r.case_id = inbox_items.case_id));

CREATE TABLE preferences (
    org         text        NOT NULL,
    user_id     text        NOT NULL,
    languages   text[]      NOT NULL CHECK (cardinality(languages) BETWEEN 1 AND 8),
    muted       text[]      NOT NULL CHECK (cardinality(muted) <= 20), -- topics that make no inbox item
    version     int4        NOT NULL DEFAULT 1,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (org, user_id)
);
SELECT sec.isolate('preferences', 'languages, muted, version, updated_at');
CREATE POLICY mine ON preferences AS RESTRICTIVE TO {{service}} USING (user_id = (SELECT sec.sub()));

-- ---- webhooks: org is the partner ----
--
--   subscription: active ──► degraded ──► disabled ──► active
--   delivery: pending ──► delivering ──► done | retry ──► delivering … | dead

CREATE TABLE subscriptions (
    id                    uuid        PRIMARY KEY,
    org                   text        NOT NULL,
    url                   text        NOT NULL,
    event_types           text[]      NOT NULL CHECK (cardinality(event_types) BETWEEN 1 AND 20),
    description           text,
    status                text        NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'degraded', 'disabled')),
    disabled_reason       text,
    secret                bytea       NOT NULL,   -- sealed, class webhook, place subscriptions.secret
    previous_secret       bytea,                  -- sealed; signs too until previous_until
    previous_until        timestamptz,
    failures              int4        NOT NULL DEFAULT 0, -- in a row
    version               int4        NOT NULL DEFAULT 1,
    created_by            text        NOT NULL,
    created_at            timestamptz NOT NULL,
    updated_at            timestamptz NOT NULL,
    deleted_at            timestamptz,
    UNIQUE (org, id)
);
CREATE INDEX subscriptions_org ON subscriptions (org, created_at DESC, id DESC) WHERE deleted_at IS NULL;
SELECT sec.isolate('subscriptions', 'url, event_types, description, status, disabled_reason, secret, previous_secret, previous_until, failures, '
                                    'version, updated_at, deleted_at');

CREATE TABLE deliveries (
    id               uuid        PRIMARY KEY,     -- webhook-id; stays over all attempts
    org              text        NOT NULL,
    subscription_id  uuid        NOT NULL,
    event_id         uuid        NOT NULL,        -- the internal event it came of: one delivery per subscription
    event_type       text        NOT NULL,
    subject          uuid        NOT NULL,
    body             text        NOT NULL,        -- CloudEvents 1.0, thin
    status           text        NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivering', 'done', 'retry', 'dead')),
    attempts         int4        NOT NULL DEFAULT 0,
    next_at          timestamptz,
    last_status      int4,
    last_error       text,
    done_at          timestamptz,
    recalled_at      timestamptz,                 -- the share has ended since: never sent again
    version          int4        NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    UNIQUE (org, id),
    UNIQUE (org, subscription_id, event_id),
    FOREIGN KEY (org, subscription_id) REFERENCES subscriptions (org, id)
);
CREATE INDEX deliveries_list ON deliveries (org, subscription_id, created_at DESC, id DESC);
CREATE INDEX deliveries_subject ON deliveries (org, subject) WHERE status IN ('pending', 'delivering', 'retry');
SELECT sec.isolate('deliveries', 'status, attempts, next_at, last_status, last_error, done_at, recalled_at, version, updated_at');

CREATE TABLE delivery_attempts (
    org          text        NOT NULL,
    delivery_id  uuid        NOT NULL,
    attempt      int4        NOT NULL,
    at           timestamptz NOT NULL,
    status       int4,                            -- HTTP; null: no answer
    error        text,
    duration_us  int8        NOT NULL,
    PRIMARY KEY (org, delivery_id, attempt),
    FOREIGN KEY (org, delivery_id) REFERENCES deliveries (org, id)
);
SELECT sec.isolate('delivery_attempts');

-- What the webhook daemon looks at across organisations. endpoint: host and port, so that one dead partner delays nobody else.
-- The rest gives the order: of a subscription's deliveries on one subject only the first that is not done may go.
CREATE TABLE delivery_due (
    delivery_id      uuid        PRIMARY KEY,
    org              text        NOT NULL,
    endpoint         text        NOT NULL,
    subscription_id  uuid        NOT NULL,
    subject          uuid        NOT NULL,
    created_at       timestamptz NOT NULL,     -- of the delivery
    due_at           timestamptz NOT NULL,
    leased_until     timestamptz,
    FOREIGN KEY (org, delivery_id) REFERENCES deliveries (org, id)
);
CREATE INDEX delivery_due_at ON delivery_due (due_at, delivery_id);
CREATE INDEX delivery_due_endpoint ON delivery_due (endpoint, due_at);
CREATE INDEX delivery_due_order ON delivery_due (subscription_id, subject, created_at, delivery_id);
CREATE INDEX delivery_due_leased ON delivery_due (leased_until) WHERE leased_until IS NOT NULL;
ALTER TABLE delivery_due ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, DELETE, UPDATE (endpoint, due_at, leased_until) ON delivery_due TO {{service}}, {{worker}};
CREATE POLICY own ON delivery_due TO {{service}} USING (org = (SELECT sec.org())) WITH CHECK (org = (SELECT sec.org()));
CREATE POLICY schedule ON delivery_due TO {{worker}} USING (true) WITH CHECK (true);

-- ---- what the API shows, with the rights of the reader ----

CREATE VIEW messages_shown WITH (security_invoker) AS
SELECT id, case_id, person_id, user_id, topic, template, class,
       jsonb_strip_nulls(jsonb_build_object('kind', basis_kind, 'id', basis_id, 'event', basis_event, 'startsAt', rfc3339(basis_starts_at))) AS basis,
       status, reason, send_at, expires_at, channel, language, template_version, attempts, maybe_duplicate, sent_at, version, created_by,
       created_at, updated_at,
       CASE WHEN status IN ('scheduled', 'queued', 'tempFailed') AND sec.has('messages:write') THEN '["cancel"]'::jsonb
            ELSE '[]'::jsonb END AS allowed_actions
  FROM messages;
GRANT SELECT ON messages_shown TO {{service}}, {{worker}};

CREATE VIEW subscriptions_shown WITH (security_invoker) AS
SELECT id, url, event_types, description, status, disabled_reason, failures, version, created_by, created_at, updated_at,
       CASE WHEN NOT sec.has('subscriptions:write') THEN '[]'::jsonb
            WHEN status = 'disabled' THEN '["patch", "delete", "rotateSecret", "enable"]'::jsonb
            ELSE '["patch", "delete", "rotateSecret", "disable", "replay"]'::jsonb END AS allowed_actions
  FROM subscriptions WHERE deleted_at IS NULL;
GRANT SELECT ON subscriptions_shown TO {{service}}, {{worker}};

-- The consumer writes a partner's deliveries while it acts for the organisation of the event: these are the daemons' own tables.
CREATE POLICY daemons ON subscriptions FOR SELECT TO {{worker}} USING (true);
CREATE POLICY daemons ON deliveries TO {{worker}} USING (true) WITH CHECK (true);
