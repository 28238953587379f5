-- Bookings with their quotes and tickets, clearances, approved budgets. All belong to a movement and are seen by who sees it.

-- ---- bookings ----
--
--   requested ──► quoted ──► held ──────────► ticketed ──────────► checkedIn ──► flown
--       │           │         │ │ ▲             │ │ ▲ ╰───────────────│───────────▲
--       │           │         │ │ ╰ prolong     │ │ ╰── changePending │
--       │           │         │ │               │ ╰────────▲    │     │
--       ╰► cancelled ◄╮       │ ╰► expired      │               │     ├──► noShow (also from ticketed, changePending, cancelQuoted)
--          (withdraw) │       ▼                 ▼               ▼     ▼
--                     ╰─── cancelQuoted ◄── held, ticketed, checkedIn
--                              ╰──► back to where it was (keep); a hold still expires
--
-- Cancellation and change are quote-then-confirm: the confirmation names the quote, and a stale quote is refused.

CREATE TABLE bookings (
    id                   uuid        PRIMARY KEY,
    org                  text        NOT NULL,
    movement_id          uuid        NOT NULL,
    supplier             text        NOT NULL,       -- code of suppliers/supplier.h
    status               text        NOT NULL DEFAULT 'requested'
                         CHECK (status IN ('requested', 'quoted', 'held', 'ticketed', 'checkedIn', 'flown', 'expired', 'cancelQuoted', 'cancelled',
                                           'changePending', 'noShow')),
    resumes_to           text        CHECK (resumes_to IN ('held', 'ticketed', 'checkedIn')), -- of cancelQuoted and changePending
    supplier_reference   text,                       -- of the hold: the record locator
    hold_until           timestamptz,
    price_amount         int8,                       -- in minor units, of the quote that was taken
    price_currency       text,
    ticketed_at          timestamptz,
    ended_at             timestamptz,                -- flown, expired, cancelled, noShow
    attention            text[]      NOT NULL DEFAULT '{}', -- codes of guards that a ticketed booking no longer meets
    version              int4        NOT NULL DEFAULT 1,
    created_by           text        NOT NULL,
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    UNIQUE (org, id),
    UNIQUE (org, movement_id, id),
    FOREIGN KEY (org, movement_id) REFERENCES movements (org, id),
    CHECK ((price_amount IS NULL) = (price_currency IS NULL)),
    CHECK (status <> 'held' OR hold_until IS NOT NULL),
    CHECK ((status IN ('cancelQuoted', 'changePending')) = (resumes_to IS NOT NULL)),
    CHECK (status NOT IN ('ticketed', 'checkedIn', 'flown', 'noShow', 'changePending') OR ticketed_at IS NOT NULL),
    CHECK ((status IN ('flown', 'expired', 'cancelled', 'noShow')) = (ended_at IS NOT NULL))
);
CREATE INDEX bookings_movement ON bookings (org, movement_id, created_at, id);
CREATE INDEX bookings_created ON bookings (org, created_at DESC, id DESC);
CREATE INDEX bookings_held ON bookings (org, (coalesce(hold_until, '9999-01-01Z'::timestamptz)), id);
SELECT sec.isolate('bookings', 'status, resumes_to, supplier_reference, hold_until, price_amount, price_currency, ticketed_at, ended_at, attention, '
                               'version, updated_at');
CREATE POLICY need_to_know ON bookings AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM movements m WHERE m.id = movement_id));

CREATE TABLE booking_passengers (
    org           text NOT NULL,
    booking_id    uuid NOT NULL,
    passenger_id  uuid NOT NULL,
    PRIMARY KEY (org, booking_id, passenger_id),
    FOREIGN KEY (org, booking_id) REFERENCES bookings (org, id),
    FOREIGN KEY (org, passenger_id) REFERENCES passengers (org, id)
);
CREATE INDEX booking_passengers_passenger ON booking_passengers (org, passenger_id);
SELECT sec.isolate('booking_passengers');
CREATE POLICY need_to_know ON booking_passengers AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (EXISTS (SELECT 1 FROM bookings b WHERE b.id = booking_id));

-- A change that is confirmed replaces them.
CREATE TABLE booking_segments (
    org         text NOT NULL,
    booking_id  uuid NOT NULL,
    segment_id  uuid NOT NULL,
    PRIMARY KEY (org, booking_id, segment_id),
    FOREIGN KEY (org, booking_id) REFERENCES bookings (org, id),
    FOREIGN KEY (org, segment_id) REFERENCES segments (org, id)
);
CREATE INDEX booking_segments_segment ON booking_segments (org, segment_id);
SELECT sec.isolate('booking_segments', '', 'DELETE');
CREATE POLICY need_to_know ON booking_segments AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (EXISTS (SELECT 1 FROM bookings b WHERE b.id = booking_id));

-- What the supplier offered. Of a booking one at most is open; a newer one supersedes it.
CREATE TABLE booking_quotes (
    id           uuid        PRIMARY KEY,
    org          text        NOT NULL,
    booking_id   uuid        NOT NULL,
    kind         text        NOT NULL CHECK (kind IN ('price', 'cancel', 'change')),
    amount       int8        NOT NULL CHECK (amount >= 0), -- price: the total; cancel: what is refunded; change: what is charged on top
    penalty      int8        NOT NULL DEFAULT 0 CHECK (penalty >= 0), -- kept back by, or owed to the carrier; of a change part of the amount
    currency     text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    valid_until  timestamptz NOT NULL,
    conditions   text,
    segment_ids  uuid[],                                   -- change: what it would cover
    status       text        NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'confirmed', 'superseded', 'declined')),
    created_by   text        NOT NULL,
    created_at   timestamptz NOT NULL,
    decided_by   text,
    decided_at   timestamptz,
    FOREIGN KEY (org, booking_id) REFERENCES bookings (org, id),
    CHECK ((kind = 'change') = (segment_ids IS NOT NULL)),
    CHECK ((status = 'open') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX booking_quotes_open ON booking_quotes (org, booking_id) WHERE status = 'open';
CREATE INDEX booking_quotes_booking ON booking_quotes (org, booking_id, created_at, id);
SELECT sec.isolate('booking_quotes', 'status, decided_by, decided_at');
CREATE POLICY need_to_know ON booking_quotes AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (EXISTS (SELECT 1 FROM bookings b WHERE b.id = booking_id));

-- One of each passenger that is in force.
CREATE TABLE tickets (
    id            uuid        PRIMARY KEY,
    org           text        NOT NULL,
    booking_id    uuid        NOT NULL,
    passenger_id  uuid        NOT NULL,
    number        text        NOT NULL,
    name          text        NOT NULL,                    -- as on the ticket
    segment_ids   uuid[]      NOT NULL CHECK (cardinality(segment_ids) > 0),
    status        text        NOT NULL DEFAULT 'issued' CHECK (status IN ('issued', 'exchanged', 'cancelled')),
    created_by    text        NOT NULL,
    created_at    timestamptz NOT NULL,
    FOREIGN KEY (org, booking_id) REFERENCES bookings (org, id),
    FOREIGN KEY (org, booking_id, passenger_id) REFERENCES booking_passengers (org, booking_id, passenger_id)
);
CREATE UNIQUE INDEX tickets_passenger ON tickets (org, booking_id, passenger_id) WHERE status = 'issued';
CREATE UNIQUE INDEX tickets_number ON tickets (org, number) WHERE status = 'issued';
SELECT sec.isolate('tickets', 'status');
CREATE POLICY need_to_know ON tickets AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM bookings b WHERE b.id = booking_id));

CREATE TABLE booking_moves (
    id           uuid        PRIMARY KEY,
    org          text        NOT NULL,
    booking_id   uuid        NOT NULL,
    action       text        NOT NULL,
    from_status  text        NOT NULL,
    to_status    text        NOT NULL,
    made_by      text        NOT NULL,
    made_at      timestamptz NOT NULL,
    FOREIGN KEY (org, booking_id) REFERENCES bookings (org, id)
);
CREATE INDEX booking_moves_booking ON booking_moves (org, booking_id, made_at, id);
SELECT sec.isolate('booking_moves');
CREATE POLICY need_to_know ON booking_moves AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM bookings b WHERE b.id = booking_id));

CREATE VIEW bookings_shown WITH (security_invoker) AS
SELECT id, movement_id, supplier, status, resumes_to, supplier_reference, hold_until,
       CASE WHEN price_amount IS NOT NULL THEN jsonb_build_object('amount', price_amount, 'currency', price_currency) END AS price,
       (SELECT array_agg(p.passenger_id ORDER BY p.passenger_id) FROM booking_passengers p WHERE p.org = b.org AND p.booking_id = b.id) AS passenger_ids,
       (SELECT array_agg(s.segment_id ORDER BY g.position, s.segment_id) FROM booking_segments s JOIN segments g ON g.org = s.org AND g.id = s.segment_id
         WHERE s.org = b.org AND s.booking_id = b.id) AS segment_ids,
       ticketed_at, ended_at, cardinality(attention) > 0 AS needs_attention, attention, version, created_by, created_at, updated_at,
       CASE WHEN NOT sec.has('bookings:write') THEN '[]'::jsonb
            ELSE CASE status
                 WHEN 'requested' THEN '["quote", "withdraw"]'::jsonb
                 WHEN 'quoted' THEN '["quote", "hold", "withdraw"]'::jsonb
                 WHEN 'held' THEN '["prolongHold", "ticket", "quoteCancellation"]'::jsonb
                 WHEN 'ticketed' THEN '["checkIn", "recordFlown", "recordNoShow", "quoteCancellation", "quoteChange"]'::jsonb
                 WHEN 'checkedIn' THEN '["recordFlown", "recordNoShow", "quoteCancellation"]'::jsonb
                 WHEN 'cancelQuoted' THEN CASE WHEN resumes_to = 'held' THEN '["quoteCancellation", "confirmCancellation", "keep"]'::jsonb
                                               ELSE '["quoteCancellation", "confirmCancellation", "keep", "recordNoShow"]'::jsonb END
                 WHEN 'changePending' THEN '["quoteChange", "confirmChange", "keep", "recordNoShow"]'::jsonb
                 ELSE '[]'::jsonb END
            END AS allowed_actions
  FROM bookings b;

-- ---- budgets ----

-- What may be spent on a movement: the last approval in each currency counts. Beside it, the amount of the movement's fund.
CREATE TABLE budget_approvals (
    id           uuid        PRIMARY KEY,
    org          text        NOT NULL,
    movement_id  uuid        NOT NULL,
    amount       int8        NOT NULL CHECK (amount >= 0),
    currency     text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    note         text,
    approved_by  text        NOT NULL,
    approved_at  timestamptz NOT NULL,
    FOREIGN KEY (org, movement_id) REFERENCES movements (org, id)
);
CREATE INDEX budget_approvals_movement ON budget_approvals (org, movement_id, approved_at, id);
SELECT sec.isolate('budget_approvals');
CREATE POLICY need_to_know ON budget_approvals AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM movements m WHERE m.id = movement_id));

-- ---- clearances ----

-- Never changed: what is decided later supersedes what was recorded before, of the same passenger, kind and country.
CREATE TABLE clearances (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    movement_id    uuid        NOT NULL,
    passenger_id   uuid        NOT NULL,
    kind           text        NOT NULL CHECK (kind IN ('exitPermit', 'transitVisa', 'entryVisa', 'mvv', 'fitness')),
    outcome        text        NOT NULL CHECK (outcome IN ('pending', 'granted', 'refused', 'conditional')),
    country        text,                                   -- that decides; a fitness has none
    decided_at     timestamptz,
    valid_from     date,
    valid_until    date,
    reference      text,                                   -- of the document
    note           bytea,                                  -- sealed: keyring class health of a fitness, else document; place clearances.note
    superseded_by  uuid,
    superseded_at  timestamptz,
    version        int4        NOT NULL DEFAULT 1,
    created_by     text        NOT NULL,
    created_at     timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, movement_id) REFERENCES movements (org, id),
    FOREIGN KEY (org, passenger_id) REFERENCES passengers (org, id),
    FOREIGN KEY (org, superseded_by) REFERENCES clearances (org, id) DEFERRABLE INITIALLY DEFERRED,
    CHECK ((outcome = 'pending') = (decided_at IS NULL)),
    CHECK ((kind = 'fitness') = (country IS NULL)),
    CHECK (valid_from <= valid_until),
    CHECK ((superseded_by IS NULL) = (superseded_at IS NULL))
);
CREATE INDEX clearances_movement ON clearances (org, movement_id, created_at, id);
CREATE UNIQUE INDEX clearances_present ON clearances (org, passenger_id, kind, (coalesce(country, ''))) WHERE superseded_by IS NULL;
SELECT sec.isolate('clearances', 'superseded_by, superseded_at, version');
CREATE POLICY need_to_know ON clearances AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM movements m WHERE m.id = movement_id));

GRANT SELECT ON bookings_shown TO {{service}}, {{worker}};
