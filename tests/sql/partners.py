"""Row-level security between two organisations, by the service's own role: what either side of a referral, a share, a view may see
and write, whatever a handler would let through."""
import wire

R, C, P, S, K, D, E = (f"01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a{n:02d}" for n in range(41, 48))
G, H = (f"01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a{n:02d}" for n in range(48, 50))
NOW = "timestamptz '2026-03-17 09:00Z'"

PREPARE = f"""
INSERT INTO persons (id, org, sex, nationalities, languages, created_at, updated_at) VALUES ('{P}', 'iom', 'female', '{{SO}}', '[]', {NOW}, {NOW});
INSERT INTO cases (id, org, programme, programme_version, reference, status, offices, principal_id, opened_at, retention_class, created_at, updated_at)
VALUES ('{C}', 'iom', 'avrr', 1, 'AVRR-2026-000001', 'intake', '{{nl}}', '{P}', {NOW}, 'open', {NOW}, {NOW});
INSERT INTO case_persons (id, org, case_id, person_id, role, joined_at) VALUES ('{P}', 'iom', '{C}', '{P}', 'principal', {NOW});
INSERT INTO shares (id, org, to_org, case_id, fields, level, legal_basis, regime, granted_by, created_at, updated_at)
VALUES ('{S}', 'iom', 'coa', '{C}', '{{accepted}}', 'view', 'publicTask', 'GDPR', 'amina', {NOW}, {NOW});
INSERT INTO partner_views (org, case_id, owner_org, share_id, body, changed_at) VALUES ('coa', '{C}', 'iom', '{S}', '{{}}', {NOW});
INSERT INTO partner_changes (id, org, owner_org, kind, subject, change, at) VALUES ('{K}', 'coa', 'iom', 'case', '{C}', 'granted', {NOW});
INSERT INTO enquiries (id, org, channel, language, topic, programme, happened_at, outcome, created_by, created_at, updated_at)
VALUES ('{E}', 'iom', 'self', 'so', 'return', 'avrr', {NOW}, 'none', 'amina', {NOW}, {NOW});
INSERT INTO declarations (id, org, case_id, person_id, kind, number, text_version, language, method, signed_at, created_by, created_at, updated_at)
VALUES ('{D}', 'iom', '{C}', '{P}', 'return', 1, '1', 'so', 'written', {NOW}, 'amina', {NOW}, {NOW});
INSERT INTO consents (id, org, person_id, case_id, purpose, recipients, categories, notice_version, language, method, given, given_at, expires_at, obtained_by,
                      created_by, created_at, updated_at)
VALUES ('{G}', 'iom', '{P}', '{C}', 'sharing', '{{uaf}}', '{{plan}}', '1', 'so', 'written', 'explicit', {NOW}, '2099-01-01 12:00Z', 'iom', 'amina', {NOW}, {NOW});
INSERT INTO wf.audit (org, at, actor, client, is_user, operation, purpose, request_id, trace, action, kind, object, objects)
SELECT 'coa', {NOW}, 'x', 'coa', false, 'getCase', 'reception', 'r', '', a.action, a.kind, a.object, a.objects
  FROM (VALUES ('read', 'sharedCase', uuid '{C}', NULL), ('list', 'sharedCase', NULL, ARRAY[uuid '{R}', '{C}']),
               ('read', 'referral', '{R}', NULL), ('read', 'person', '{P}', NULL)) AS a (action, kind, object, objects)"""
TRAIL = f"SELECT set_config('wf.asked', '{{{C},{R},{P}}}', true); SELECT 1 FROM wf.audit WHERE org = 'coa'"
REFER = f"""INSERT INTO referrals (id, org, to_org, external_ref, programme, urgency, persons, handover, status, created_at, updated_at)
VALUES ('{R}', '%s', '%s', 'k', 'avrr', 'normal', 1, '', '%s', {NOW}, {NOW})"""

CONSENTED = f"""INSERT INTO shares (id, org, to_org, case_id, fields, level, until_on, legal_basis, regime, consent_id, granted_by, created_at, updated_at)
VALUES ('{H}', 'iom', '%s', '{C}', '{{%s}}', 'view', %s, 'consent', 'GDPR', '{G}', 'amina', {NOW}, {NOW})"""

STAFF, OUTSIDE, PARTNER = "programme:avrr office:nl", "programme:labour_market office:nl", "shared-cases:read"
REFUSED, MISSING, NONE, ONE, TWO = "refused", "missing", 0, 1, 2
# (what, organisation, scope, statement, what comes of it: refused by policy or privilege, missing for the foreign key, or so many rows). They build on each other.
STEPS = [
    ("the addressee cannot refer in the sender's name", "iom", STAFF, REFER % ("coa", "iom", "inProgress"), REFUSED),
    ("a referral is not born accepted", "coa", PARTNER, REFER % ("coa", "iom", "accepted"), REFUSED),
    ("the sender refers", "coa", PARTNER, REFER % ("coa", "iom", "inProgress"), ONE),
    ("the sender sees it", "coa", PARTNER, f"SELECT 1 FROM referrals WHERE id = '{R}'", ONE),
    ("the addressee sees it", "iom", STAFF, f"SELECT 1 FROM referrals WHERE id = '{R}'", ONE),
    ("nobody else does", "uaf", PARTNER, "SELECT 1 FROM referrals", NONE),
    ("nobody does without a context", "", "", "SELECT 1 FROM referrals", NONE),
    ("the sender cannot accept", "coa", PARTNER, f"UPDATE referrals SET status = 'accepted', case_id = '{C}' WHERE id = '{R}'", REFUSED),
    ("nobody else can revoke", "uaf", PARTNER, f"UPDATE referrals SET status = 'revoked', revoked_at = {NOW} WHERE id = '{R}'", NONE),
    ("the addressee cannot revoke", "iom", STAFF, f"UPDATE referrals SET status = 'revoked', revoked_at = {NOW} WHERE id = '{R}'", REFUSED),
    ("the sender is not changed", "iom", STAFF, f"UPDATE referrals SET org = 'uaf' WHERE id = '{R}'", REFUSED),
    ("the addressee accepts", "iom", STAFF, f"UPDATE referrals SET status = 'accepted', case_id = '{C}' WHERE id = '{R}'", ONE),
    ("a referral is not deleted", "coa", PARTNER, f"DELETE FROM referrals WHERE id = '{R}'", REFUSED),
    ("the recipient sees its share", "coa", PARTNER, f"SELECT 1 FROM shares WHERE id = '{S}'", ONE),
    ("the recipient does not see the case", "coa", PARTNER, f"SELECT 1 FROM cases WHERE id = '{C}'", NONE),
    ("what the recipient did with the case is told to who asks for its trail", "iom", STAFF + " trails:read", TRAIL, TWO),
    ("not to who may not ask", "iom", STAFF, TRAIL, NONE),
    ("not to who does not see the case", "iom", OUTSIDE + " trails:read", TRAIL, NONE),
    ("not to another organisation", "uaf", STAFF + " trails:read", TRAIL, NONE),
    ("not unasked", "iom", STAFF + " trails:read", "SELECT 1 FROM wf.audit WHERE org = 'coa'", NONE),
    ("nobody else sees the share", "uaf", PARTNER, "SELECT 1 FROM shares", NONE),
    ("staff outside the programme do not", "iom", OUTSIDE, "SELECT 1 FROM shares", NONE),
    ("the recipient cannot widen it", "coa", PARTNER, f"UPDATE shares SET fields = '{{status}}' WHERE id = '{S}'", REFUSED),
    ("a partner cannot share our case with itself", "uaf", PARTNER, f"""INSERT INTO shares (id, org, to_org, case_id, fields, level, legal_basis, regime,
       granted_by, created_at, updated_at) VALUES ('{R}', 'iom', 'uaf', '{C}', '{{status}}', 'view', 'contract', 'GDPR', 'x', {NOW}, {NOW})""", REFUSED),
    ("nor as an owner of it", "uaf", PARTNER, f"""INSERT INTO shares (id, org, to_org, case_id, fields, level, legal_basis, regime,
       granted_by, created_at, updated_at) VALUES ('{R}', 'uaf', 'coa', '{C}', '{{status}}', 'view', 'contract', 'GDPR', 'x', {NOW}, {NOW})""", MISSING),
    ("the recipient does not confirm while it is active", "coa", PARTNER,
     f"INSERT INTO share_confirmations (share_id, org, owner_org, confirmed_at, confirmed_by) VALUES ('{S}', 'coa', 'iom', {NOW}, 'x')", REFUSED),
    ("the viewer reads its view", "coa", PARTNER, "SELECT 1 FROM partner_views", ONE),
    ("nobody else reads it", "uaf", PARTNER, "SELECT 1 FROM partner_views", NONE),
    ("the viewer writes nothing into its view", "coa", PARTNER, f"UPDATE partner_views SET body = '{{\"departed\":true}}' WHERE case_id = '{C}'", REFUSED),
    ("the viewer invents no view", "uaf", PARTNER,
     f"INSERT INTO partner_views (org, case_id, owner_org, share_id, body, changed_at) VALUES ('uaf', '{C}', 'iom', '{S}', '{{}}', {NOW})", REFUSED),
    ("the viewer invents no change", "coa", PARTNER,
     f"INSERT INTO partner_changes (id, org, owner_org, kind, subject, change, at) VALUES ('{R}', 'coa', 'iom', 'case', '{C}', 'granted', {NOW})", REFUSED),
    ("the viewer deletes no change", "coa", PARTNER, "DELETE FROM partner_changes", NONE),
    ("nobody else sees the changes", "uaf", PARTNER, "SELECT 1 FROM partner_changes", NONE),
    ("the last day of a share is over", "iom", STAFF, f"UPDATE shares SET until_on = '2026-01-01' WHERE id = '{S}'", ONE),
    ("a view of a share whose last day is over is not read", "coa", PARTNER, "SELECT 1 FROM partner_views", NONE),
    ("it goes on after all", "iom", STAFF, f"UPDATE shares SET until_on = NULL WHERE id = '{S}'", ONE),
    ("the viewer gives its view up", "coa", PARTNER, f"UPDATE partner_views SET body = NULL WHERE case_id = '{C}'", ONE),
    ("and its share", "coa", PARTNER,
     f"UPDATE shares SET status = 'recalled', ended_at = {NOW}, end_reason = 'x', delete_by = '2026-04-17' WHERE id = '{S}'", ONE),
    ("and is told", "coa", PARTNER,
     f"INSERT INTO partner_changes (id, org, owner_org, kind, subject, change, at) VALUES ('{R}', 'coa', 'iom', 'case', '{C}', 'recalled', {NOW})", ONE),
    ("it cannot take it again", "coa", PARTNER,
     f"UPDATE shares SET status = 'active', ended_at = NULL, end_reason = NULL, delete_by = NULL WHERE id = '{S}'", REFUSED),
    ("another cannot confirm for it", "uaf", PARTNER,
     f"INSERT INTO share_confirmations (share_id, org, owner_org, confirmed_at, confirmed_by) VALUES ('{S}', 'uaf', 'iom', {NOW}, 'x')", REFUSED),
    ("nor can the owner", "iom", STAFF,
     f"INSERT INTO share_confirmations (share_id, org, owner_org, confirmed_at, confirmed_by) VALUES ('{S}', 'coa', 'iom', {NOW}, 'x')", REFUSED),
    ("the recipient confirms", "coa", PARTNER,
     f"INSERT INTO share_confirmations (share_id, org, owner_org, confirmed_at, confirmed_by) VALUES ('{S}', 'coa', 'iom', {NOW}, 'x')", ONE),
    ("the owner sees that", "iom", STAFF, "SELECT 1 FROM share_confirmations", ONE),
    ("the sender takes its referral back", "coa", PARTNER, f"UPDATE referrals SET status = 'revoked', revoked_at = {NOW} WHERE id = '{R}'", ONE),
    ("no share has fields that its consent does not cover", "iom", STAFF, CONSENTED % ("uaf", "status,departed", "'2099-01-01'"), REFUSED),
    ("none is for whom it does not name", "iom", STAFF, CONSENTED % ("nidos", "status", "'2099-01-01'"), REFUSED),
    ("none is without its end", "iom", STAFF, CONSENTED % ("uaf", "status", "NULL"), REFUSED),
    ("none is longer", "iom", STAFF, CONSENTED % ("uaf", "status", "'2099-01-02'"), REFUSED),
    ("one goes as far", "iom", STAFF, CONSENTED % ("uaf", "status,reference", "'2099-01-01'"), ONE),
    ("and no further later", "iom", STAFF, f"UPDATE shares SET fields = '{{departed}}' WHERE id = '{H}'", REFUSED),
    ("nor longer", "iom", STAFF, f"UPDATE shares SET until_on = '2099-02-01' WHERE id = '{H}'", REFUSED),
    ("it is narrowed", "iom", STAFF, f"UPDATE shares SET fields = '{{status}}', until_on = '2098-01-01' WHERE id = '{H}'", ONE),
    ("no partner sees an enquiry", "coa", "enquiries:read programme:avrr", "SELECT 1 FROM enquiries", NONE),
    ("staff of its programme do", "iom", STAFF, "SELECT 1 FROM enquiries", ONE),
    ("staff of another do not", "iom", OUTSIDE, "SELECT 1 FROM enquiries", NONE),
    ("who does not see the case does not see its declarations", "iom", OUTSIDE, "SELECT 1 FROM declarations", NONE),
    ("who sees it does", "iom", STAFF, "SELECT 1 FROM declarations", ONE),
    ("a signed declaration is not rewritten", "iom", STAFF, "UPDATE declarations SET signed_at = now()", REFUSED),
    ("a consent is not rewritten", "iom", STAFF, "UPDATE consents SET recipients = '{coa}'", REFUSED),
]


def outcome(connection, organisation, scope, statement):
    connection.run(f"BEGIN; SELECT set_config('wf.org', '{organisation}', true), set_config('wf.sub', 'x', true), set_config('wf.scope', '{scope}', true)")
    try:
        connection.run(statement)
        touched = connection.touched
        connection.run("COMMIT")
        return touched
    except wire.Refused as e:
        connection.run("ROLLBACK")
        return {"42501": REFUSED, "23503": MISSING}.get(e.state, str(e))


def run(check, role):
    admin = wire.Connection("wayfare_cases", "postgres")
    admin.run(PREPARE)
    service = wire.Connection("wayfare_cases", role)
    for what, organisation, scope, statement, expected in STEPS:
        got = outcome(service, organisation, scope, statement)
        check(got == expected, f"partners: {what}", f"{got} instead of {expected}")
    service.close()
    admin.close()
