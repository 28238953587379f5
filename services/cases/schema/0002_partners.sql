-- What concerns other organisations: referrals, consents, shares and the partner views made of them, the feed of changes;
-- and what stays ours alone: enquiries, declarations, authority checks, surrendered statuses, requests for disclosure.
--
-- Tables with one organisation use sec.isolate. Those with two (referrals, shares, partner_views, partner_changes) have
-- policies of their own: both sides read, each writes only what is its part. Nothing in a handler widens that.

-- ---- referrals: org is the sender, to_org the addressee ----

CREATE TABLE referrals (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    to_org         text        NOT NULL,
    external_ref   text        NOT NULL,          -- the sender's own opaque key
    programme      text        NOT NULL,
    urgency        text        NOT NULL CHECK (urgency IN ('normal', 'high', 'urgent')),
    persons        int4        NOT NULL CHECK (persons BETWEEN 1 AND 20),
    handover       bytea       NOT NULL,          -- the bytes that the addressee gets; class document, place referrals.handover
    status         text        NOT NULL DEFAULT 'inProgress'
                   CHECK (status IN ('inProgress', 'accepted', 'rejected', 'revoked', 'done')),
    case_id        uuid,                          -- of the addressee, once accepted
    decided_at     timestamptz,
    decided_by     text,                          -- never shown to the sender
    reject_reason  text,
    reject_note    text,
    revoked_at     timestamptz,
    revoke_reason  text,
    done_at        timestamptz,
    version        int4        NOT NULL DEFAULT 1,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    UNIQUE (org, id),
    UNIQUE (org, external_ref),
    FOREIGN KEY (to_org, case_id) REFERENCES cases (org, id),
    CHECK (org <> to_org),
    CHECK (status NOT IN ('accepted', 'done') OR case_id IS NOT NULL),
    CHECK ((status = 'rejected') = (reject_reason IS NOT NULL)),
    CHECK ((status = 'revoked') = (revoked_at IS NOT NULL))
);
CREATE INDEX referrals_sent ON referrals (org, created_at DESC, id DESC);
CREATE INDEX referrals_received ON referrals (to_org, created_at DESC, id DESC);
CREATE INDEX referrals_case ON referrals (to_org, case_id) WHERE case_id IS NOT NULL;
ALTER TABLE referrals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON referrals TO {{service}}, {{worker}};
GRANT UPDATE (programme, urgency, persons, handover, status, case_id, decided_at, decided_by, reject_reason, reject_note,
              revoked_at, revoke_reason, done_at, version, updated_at) ON referrals TO {{service}}, {{worker}};
CREATE POLICY context ON referrals AS RESTRICTIVE TO {{service}}, {{worker}} USING ((SELECT sec.org()) IS NOT NULL);
CREATE POLICY both_read ON referrals FOR SELECT TO {{service}}, {{worker}}
    USING (org = (SELECT sec.org()) OR to_org = (SELECT sec.org()));
-- Inside IOM programmes are need-to-know, and what became of a referral is known to who sees the case. Partners have no programmes.
CREATE POLICY need_to_know ON referrals AS RESTRICTIVE FOR SELECT TO {{service}}
    USING ((SELECT sec.has('internal'))
           OR (((SELECT sec.org()) <> 'iom' OR programme = ANY ((SELECT sec.programmes())::text[]))
               AND (case_id IS NULL OR to_org <> (SELECT sec.org()) OR EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id))));
CREATE POLICY sender_creates ON referrals FOR INSERT TO {{service}}, {{worker}}
    WITH CHECK (org = (SELECT sec.org()) AND status = 'inProgress');
-- The sender corrects what is undecided and revokes; the addressee decides.
CREATE POLICY sender_changes ON referrals FOR UPDATE TO {{service}}, {{worker}}
    USING (org = (SELECT sec.org())) WITH CHECK (org = (SELECT sec.org()) AND status IN ('inProgress', 'revoked'));
CREATE POLICY addressee_decides ON referrals FOR UPDATE TO {{service}}, {{worker}}
    USING (to_org = (SELECT sec.org())) WITH CHECK (to_org = (SELECT sec.org()) AND status IN ('accepted', 'rejected', 'done'));

-- ---- consents: about data, never about going ----

CREATE TABLE consents (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    person_id      uuid        NOT NULL,
    case_id        uuid,
    purpose        text        NOT NULL,
    recipients     text[]      NOT NULL CHECK (cardinality(recipients) BETWEEN 1 AND 20),
    categories     text[]      NOT NULL CHECK (cardinality(categories) BETWEEN 1 AND 20),
    notice_version text        NOT NULL,
    language       text        NOT NULL,
    method         text        NOT NULL CHECK (method IN ('written', 'oral', 'electronic')),
    interpreter    text,
    witness        text,
    given          text        NOT NULL CHECK (given IN ('explicit', 'proxy', 'guardian')),
    given_by       text,                          -- who gave it for the person: proxy or guardian
    given_at       timestamptz NOT NULL,
    expires_at     timestamptz,
    receipt        text,                          -- number or place of the signed form
    obtained_by    text        NOT NULL,          -- organisation that asked: ours, or the one that referred
    referral_id    uuid,
    withdrawn_at   timestamptz,
    withdrawn_how  text,
    expired_at     timestamptz,                   -- set when the expiry has taken effect
    version        int4        NOT NULL DEFAULT 1,
    created_by     text        NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, person_id) REFERENCES persons (org, id),
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    CHECK (given_at < expires_at),
    CHECK ((given = 'explicit') = (given_by IS NULL)),
    CHECK (method <> 'oral' OR witness IS NOT NULL),
    CHECK ((withdrawn_at IS NULL) = (withdrawn_how IS NULL))
);
CREATE INDEX consents_person ON consents (org, person_id, given_at DESC, id DESC);
CREATE INDEX consents_case ON consents (org, case_id, given_at DESC, id DESC) WHERE case_id IS NOT NULL;
CREATE INDEX consents_given ON consents (org, given_at DESC, id DESC);
SELECT sec.isolate('consents', 'withdrawn_at, withdrawn_how, expired_at, version, updated_at');
CREATE POLICY need_to_know ON consents AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (case_id IS NULL OR EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

-- ---- shares: org owns the case, to_org sees something of it ----

CREATE TABLE shares (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    to_org         text        NOT NULL,
    case_id        uuid        NOT NULL,
    fields         text[]      NOT NULL CHECK (cardinality(fields) BETWEEN 1 AND 20),
    level          text        NOT NULL CHECK (level IN ('view', 'edit')),
    until_on       date,                          -- last day of it; null: as long as the case and its basis last
    legal_basis    text        NOT NULL
                   CHECK (legal_basis IN ('consent', 'publicTask', 'contract', 'vitalInterest', 'legalObligation')),
    regime         text        NOT NULL CHECK (regime IN ('GDPR', 'IOM-DPP')),
    document       text,                          -- the agreement or decision that it rests on
    consent_id     uuid,
    referral_id    uuid,                          -- set: it came of accepting this referral and ends with its revocation
    status         text        NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'recalled', 'expired')),
    ended_at       timestamptz,
    end_reason     text,
    delete_by      date,                          -- when the recipient's copies must be gone
    granted_by     text        NOT NULL,          -- never shown to the recipient
    version        int4        NOT NULL DEFAULT 1,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    UNIQUE (org, id),
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    FOREIGN KEY (org, consent_id) REFERENCES consents (org, id),
    CHECK (org <> to_org),
    CHECK ((legal_basis = 'consent') = (consent_id IS NOT NULL)),
    CHECK ((status = 'active') = (ended_at IS NULL)),
    CHECK (num_nulls(ended_at, end_reason, delete_by) IN (0, 3))
);
CREATE UNIQUE INDEX shares_now ON shares (org, case_id, to_org) WHERE status = 'active';
CREATE INDEX shares_granted ON shares (org, created_at DESC, id DESC);
CREATE INDEX shares_received ON shares (to_org, created_at DESC, id DESC);
CREATE INDEX shares_consent ON shares (org, consent_id) WHERE status = 'active' AND consent_id IS NOT NULL;
CREATE INDEX shares_referral ON shares (to_org, referral_id) WHERE referral_id IS NOT NULL;
ALTER TABLE shares ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON shares TO {{service}}, {{worker}};
GRANT UPDATE (fields, level, until_on, legal_basis, regime, document, consent_id, status, ended_at, end_reason, delete_by,
              version, updated_at) ON shares TO {{service}}, {{worker}};
CREATE POLICY context ON shares AS RESTRICTIVE TO {{service}}, {{worker}} USING ((SELECT sec.org()) IS NOT NULL);
CREATE POLICY both_read ON shares FOR SELECT TO {{service}}, {{worker}}
    USING (org = (SELECT sec.org()) OR to_org = (SELECT sec.org()));
CREATE POLICY need_to_know ON shares AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (to_org = (SELECT sec.org()) OR EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));
CREATE POLICY owner_grants ON shares FOR INSERT TO {{service}}, {{worker}} WITH CHECK (org = (SELECT sec.org()));
CREATE POLICY owner_changes ON shares FOR UPDATE TO {{service}}, {{worker}}
    USING (org = (SELECT sec.org())) WITH CHECK (org = (SELECT sec.org()));
-- The recipient can only give it up.
CREATE POLICY recipient_gives_up ON shares FOR UPDATE TO {{service}}, {{worker}}
    USING (to_org = (SELECT sec.org())) WITH CHECK (to_org = (SELECT sec.org()) AND status = 'recalled');

-- The recipient's word that its copies are gone: its own row beside the share, so that it never writes to ours.
CREATE TABLE share_confirmations (
    share_id      uuid        PRIMARY KEY,
    org           text        NOT NULL,           -- the recipient
    owner_org     text        NOT NULL,
    confirmed_at  timestamptz NOT NULL,
    confirmed_by  text        NOT NULL,
    FOREIGN KEY (owner_org, share_id) REFERENCES shares (org, id)
);
ALTER TABLE share_confirmations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON share_confirmations TO {{service}}, {{worker}};
CREATE POLICY context ON share_confirmations AS RESTRICTIVE TO {{service}}, {{worker}} USING ((SELECT sec.org()) IS NOT NULL);
CREATE POLICY both_read ON share_confirmations FOR SELECT TO {{service}}, {{worker}}
    USING (org = (SELECT sec.org()) OR owner_org = (SELECT sec.org()));
CREATE POLICY recipient_confirms ON share_confirmations FOR INSERT TO {{service}}, {{worker}}
    WITH CHECK (org = (SELECT sec.org())
                AND EXISTS (SELECT 1 FROM shares s WHERE s.id = share_id AND s.org = owner_org
                                                     AND s.to_org = (SELECT sec.org()) AND s.status <> 'active'));

-- ---- partner views: org is the viewer; the bytes that it gets of a case ----

CREATE TABLE partner_views (
    org         text        NOT NULL,
    case_id     uuid        NOT NULL,
    owner_org   text        NOT NULL,
    share_id    uuid        NOT NULL,
    body        text,                             -- the partner's JSON, to the byte; null: recalled
    version     int4        NOT NULL DEFAULT 1,   -- rises with the bytes, also over a recall and a new grant
    changed_at  timestamptz NOT NULL,
    PRIMARY KEY (org, case_id),
    FOREIGN KEY (owner_org, case_id) REFERENCES cases (org, id),
    FOREIGN KEY (owner_org, share_id) REFERENCES shares (org, id)
);
CREATE INDEX partner_views_changed ON partner_views (org, changed_at DESC, case_id DESC) WHERE body IS NOT NULL;
CREATE INDEX partner_views_case ON partner_views (owner_org, case_id);
ALTER TABLE partner_views ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON partner_views TO {{service}}, {{worker}};
GRANT UPDATE (share_id, body, version, changed_at) ON partner_views TO {{service}}, {{worker}};
CREATE POLICY context ON partner_views AS RESTRICTIVE TO {{service}}, {{worker}} USING ((SELECT sec.org()) IS NOT NULL);
CREATE POLICY both_read ON partner_views FOR SELECT TO {{service}}, {{worker}}
    USING (org = (SELECT sec.org()) OR owner_org = (SELECT sec.org()));
CREATE POLICY owner_makes ON partner_views FOR INSERT TO {{service}}, {{worker}} WITH CHECK (owner_org = (SELECT sec.org()));
CREATE POLICY owner_changes ON partner_views FOR UPDATE TO {{service}}, {{worker}}
    USING (owner_org = (SELECT sec.org())) WITH CHECK (owner_org = (SELECT sec.org()));
CREATE POLICY viewer_gives_up ON partner_views FOR UPDATE TO {{service}}, {{worker}}
    USING (org = (SELECT sec.org())) WITH CHECK (org = (SELECT sec.org()) AND body IS NULL);

-- ---- changes: what happened to a viewer's view, kept 90 days ----

CREATE TABLE partner_changes (
    id            uuid        PRIMARY KEY,
    org           text        NOT NULL,           -- the viewer
    owner_org     text        NOT NULL,
    kind          text        NOT NULL CHECK (kind IN ('case', 'referral')),
    subject       uuid        NOT NULL,
    external_ref  text,                           -- the viewer's own key
    change        text        NOT NULL CHECK (change IN ('granted', 'changed', 'recalled', 'merged', 'erased')),
    merged_into   uuid,
    at            timestamptz NOT NULL,
    changed_xid   xid8        NOT NULL DEFAULT pg_current_xact_id(),
    CHECK ((change = 'merged') = (merged_into IS NOT NULL))
);
CREATE INDEX partner_changes_feed ON partner_changes (org, changed_xid, id);
CREATE INDEX partner_changes_subject ON partner_changes (owner_org, subject, at);
ALTER TABLE partner_changes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, DELETE ON partner_changes TO {{service}}, {{worker}};
CREATE POLICY context ON partner_changes AS RESTRICTIVE TO {{service}}, {{worker}} USING ((SELECT sec.org()) IS NOT NULL);
CREATE POLICY both_read ON partner_changes FOR SELECT TO {{service}}, {{worker}}
    USING (org = (SELECT sec.org()) OR owner_org = (SELECT sec.org()));
CREATE POLICY owner_tells ON partner_changes FOR INSERT TO {{service}}, {{worker}}
    WITH CHECK (owner_org = (SELECT sec.org()));
CREATE POLICY viewer_gives_up ON partner_changes FOR INSERT TO {{service}}, {{worker}}
    WITH CHECK (org = (SELECT sec.org()) AND change = 'recalled');
CREATE POLICY owner_prunes ON partner_changes FOR DELETE TO {{service}}, {{worker}} USING (owner_org = (SELECT sec.org()));

-- ---- enquiries: ours alone, may have no name, never matched to anybody's persons ----

CREATE TABLE enquiries (
    id           uuid        PRIMARY KEY,
    org          text        NOT NULL,
    channel      text        NOT NULL CHECK (channel IN ('consultationHour', 'phone', 'mail', 'partner', 'self')),
    language     text        NOT NULL,
    topic        text        NOT NULL,
    programme    text,                            -- when the talk was about one: only its staff see it then
    place        text,
    happened_at  timestamptz NOT NULL,
    name         text,
    note         text,
    outcome      text        NOT NULL,
    case_id      uuid,                            -- the case that came of it, if one did
    version      int4        NOT NULL DEFAULT 1,
    created_by   text        NOT NULL,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id)
);
CREATE INDEX enquiries_happened ON enquiries (org, happened_at DESC, id DESC);
SELECT sec.isolate('enquiries', 'channel, language, topic, programme, place, happened_at, name, note, outcome, case_id, '
                                'version, updated_at');
CREATE POLICY need_to_know ON enquiries AS RESTRICTIVE FOR SELECT TO {{service}}
    USING ((programme IS NULL OR programme = ANY ((SELECT sec.programmes())::text[]))
           AND (case_id IS NULL OR EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id)));

-- ---- declarations: the person's signed wish ----

CREATE TABLE declarations (
    id              uuid        PRIMARY KEY,
    org             text        NOT NULL,
    case_id         uuid        NOT NULL,
    person_id       uuid        NOT NULL,
    kind            text        NOT NULL CHECK (kind IN ('return', 'travel')),
    number          int4        NOT NULL,         -- 1, 2, … of the person's declarations of this kind in the case
    text_version    text        NOT NULL,         -- of the wording that was signed
    language        text        NOT NULL,
    method          text        NOT NULL CHECK (method IN ('written', 'oral')),
    interpreter     text,
    witness         text,
    guardian_id     uuid,                         -- a child's: the person who signed for it
    signed_at       timestamptz NOT NULL,
    withdrawn_at    timestamptz,
    withdrawn_how   text,
    withdrawn_note  text,
    version         int4        NOT NULL DEFAULT 1,
    created_by      text        NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    UNIQUE (org, case_id, person_id, kind, number),
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    FOREIGN KEY (org, person_id) REFERENCES persons (org, id),
    FOREIGN KEY (org, guardian_id) REFERENCES persons (org, id),
    CHECK (method <> 'oral' OR (interpreter IS NOT NULL AND witness IS NOT NULL)),
    CHECK (guardian_id <> person_id),
    CHECK ((withdrawn_at IS NULL) = (withdrawn_how IS NULL))
);
CREATE INDEX declarations_signed ON declarations (org, case_id, signed_at DESC, id DESC);
SELECT sec.isolate('declarations', 'withdrawn_at, withdrawn_how, withdrawn_note, version, updated_at');
CREATE POLICY need_to_know ON declarations AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

-- ---- authority checks and surrendered statuses ----

CREATE TABLE authority_checks (
    id            uuid        PRIMARY KEY,
    org           text        NOT NULL,
    case_id       uuid        NOT NULL,
    authority     text        NOT NULL CHECK (authority IN ('ind', 'dtv')),
    status        text        NOT NULL DEFAULT 'notAsked'
                  CHECK (status IN ('notAsked', 'asked', 'noObjection', 'objection', 'expired')),
    asked_at      timestamptz,
    asked_by      text,
    consent_ids   uuid[],                         -- the exchange consents that the question rests on
    answered_at   timestamptz,
    answer_ref    text,                           -- the authority's own reference
    expires_on    date,
    version       int4        NOT NULL DEFAULT 1,
    created_by    text        NOT NULL,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    CHECK (status IN ('notAsked', 'expired') OR (asked_at IS NOT NULL AND cardinality(consent_ids) > 0)),
    CHECK (status NOT IN ('noObjection', 'objection') OR answered_at IS NOT NULL)
);
-- One at a time for an authority: a new one only after the last has expired.
CREATE UNIQUE INDEX authority_checks_now ON authority_checks (org, case_id, authority) WHERE status <> 'expired';
CREATE INDEX authority_checks_case ON authority_checks (org, case_id, created_at DESC, id DESC);
SELECT sec.isolate('authority_checks', 'status, asked_at, asked_by, consent_ids, answered_at, answer_ref, expires_on, '
                                       'version, updated_at');
CREATE POLICY need_to_know ON authority_checks AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

-- No event, webhook or export of these leaves before the departure.
CREATE TABLE status_surrenders (
    id            uuid        PRIMARY KEY,
    org           text        NOT NULL,
    case_id       uuid        NOT NULL,
    person_id     uuid        NOT NULL,
    kind          text        NOT NULL CHECK (kind IN ('permit', 'pendingProcedure')),
    status        text        NOT NULL DEFAULT 'explained'
                  CHECK (status IN ('explained', 'signed', 'handedIn', 'effective', 'lapsed')),
    explained_at  timestamptz NOT NULL,
    signed_at     timestamptz,
    handed_in_at  timestamptz,
    effective_at  timestamptz,
    lapsed_at     timestamptz,
    version       int4        NOT NULL DEFAULT 1,
    created_by    text        NOT NULL,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id),
    FOREIGN KEY (org, person_id) REFERENCES persons (org, id)
);
CREATE UNIQUE INDEX status_surrenders_now ON status_surrenders (org, case_id, person_id, kind) WHERE status <> 'lapsed';
CREATE INDEX status_surrenders_case ON status_surrenders (org, case_id, created_at DESC, id DESC);
SELECT sec.isolate('status_surrenders', 'status, signed_at, handed_in_at, effective_at, lapsed_at, version, updated_at');
CREATE POLICY need_to_know ON status_surrenders AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));

-- ---- an authority asks for data: legal staff decide ----

CREATE TABLE disclosure_requests (
    id             uuid        PRIMARY KEY,
    org            text        NOT NULL,
    authority      text        NOT NULL CHECK (authority IN ('police', 'ind', 'dtv', 'embassy', 'court', 'other')),
    authority_ref  text,
    received_at    timestamptz NOT NULL,
    channel        text        NOT NULL CHECK (channel IN ('mail', 'phone', 'inPerson', 'letter')),
    subject        text        NOT NULL,          -- what is asked, in the asker's words; never matched to persons
    legal_ground   text,
    reply_by       date,
    status         text        NOT NULL DEFAULT 'received' CHECK (status IN ('received', 'legalReview', 'refused', 'granted')),
    reviewer       text,
    review_at      timestamptz,
    decided_at     timestamptz,
    decided_by     text,
    reason         text,
    granted_scope  text,                          -- granted: exactly what was given
    version        int4        NOT NULL DEFAULT 1,
    created_by     text        NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    CHECK ((status IN ('refused', 'granted')) = (decided_at IS NOT NULL AND decided_by IS NOT NULL AND reason IS NOT NULL)),
    CHECK ((status = 'granted') = (granted_scope IS NOT NULL))
);
CREATE INDEX disclosure_requests_received ON disclosure_requests (org, received_at DESC, id DESC);
SELECT sec.isolate('disclosure_requests', 'status, reviewer, review_at, decided_at, decided_by, reason, granted_scope, '
                                          'version, updated_at');
