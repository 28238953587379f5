"""The rows of a field of a share (share_field in services/cases/schema/0005_labour.sql), by the service's own role: what the recipient of a
share reads, adds and changes, and that it ends with the share. The table is the test's own."""
import wire
from partners import MISSING, NONE, NOW, ONE, REFUSED, outcome

C, P, S, V, A, B, D, N = (f"01939f3a-7c1e-7d52-9a3b-0c2f6d1e8b{n:02d}" for n in range(41, 49))

PREPARE = f"""
INSERT INTO persons (id, org, sex, nationalities, languages, created_at, updated_at) VALUES ('{P}', 'iom', 'female', '{{ER}}', '[]', {NOW}, {NOW});
INSERT INTO cases (id, org, programme, programme_version, reference, status, offices, principal_id, opened_at, retention_class, created_at, updated_at)
VALUES ('{C}', 'iom', 'labour_market', 1, 'VW-2026-000001', 'profile', '{{nl}}', '{P}', {NOW}, 'open', {NOW}, {NOW}),
       ('{N}', 'iom', 'labour_market', 1, 'VW-2026-000002', 'profile', '{{nl}}', '{P}', {NOW}, 'open', {NOW}, {NOW});
INSERT INTO shares (id, org, to_org, case_id, fields, level, legal_basis, regime, granted_by, created_at, updated_at)
VALUES ('{S}', 'iom', 'uaf', '{C}', '{{status,profile}}', 'edit', 'publicTask', 'GDPR', 'lotte', {NOW}, {NOW}),
       ('{V}', 'iom', 'coa', '{C}', '{{status,profile}}', 'view', 'publicTask', 'GDPR', 'lotte', {NOW}, {NOW}),
       ('{D}', 'iom', 'nidos', '{C}', '{{status}}', 'edit', 'publicTask', 'GDPR', 'lotte', {NOW}, {NOW});
CREATE TABLE field_rows (id uuid PRIMARY KEY, org text NOT NULL, case_id uuid NOT NULL, author_org text NOT NULL, author text NOT NULL, words text NOT NULL,
                         FOREIGN KEY (org, case_id) REFERENCES cases (org, id));
SELECT share_field('field_rows', 'profile', 'words')"""
ADD = "INSERT INTO field_rows (id, org, case_id, author_org, author, words) VALUES ('%s', '%s', '%s', '%s', 'x', 'y')"
CLAIM = f"""INSERT INTO profile_claims (id, org, case_id, kind, details, author_org, author, created_at, updated_at)
VALUES ('%s', 'iom', '{C}', 'skill', '{{}}', '%s', 'x', {NOW}, {NOW})"""
EVIDENCE = f"""INSERT INTO profile_evidence (id, org, case_id, claim_id, level, description, author_org, author, recorded_at)
VALUES ('%s', 'iom', '{C}', '%s', '%s', 'seen', '%s', 'x', {NOW})"""
CONFIRM = f"""INSERT INTO profile_confirmations (id, org, case_id, claim_id, evidence_id, author_org, author, confirmed_at)
VALUES ('%s', 'iom', '{C}', '%s', '%s', '%s', 'x', {NOW})"""

STAFF, OUTSIDE, PARTNER = "programme:labour_market office:nl", "programme:avrr office:nl", "shared-profiles:read shared-profiles:write"
RECALL = f"UPDATE shares SET status = 'recalled', ended_at = {NOW}, end_reason = 'x', delete_by = '2026-04-17' WHERE id = '{S}'"
STEPS = [
    ("the owner adds", "iom", STAFF, ADD % (A, "iom", C, "iom"), ONE),
    ("not in another's name", "iom", STAFF, ADD % (B, "iom", C, "uaf"), REFUSED),
    ("staff of another programme read nothing", "iom", OUTSIDE, "SELECT 1 FROM field_rows", NONE),
    ("an edit share reads", "uaf", PARTNER, "SELECT 1 FROM field_rows", ONE),
    ("a view share reads", "coa", PARTNER, "SELECT 1 FROM field_rows", ONE),
    ("a share of other fields reads nothing", "nidos", PARTNER, "SELECT 1 FROM field_rows", NONE),
    ("who has no share reads nothing", "vwn", PARTNER, "SELECT 1 FROM field_rows", NONE),
    ("nobody reads without a context", "", "", "SELECT 1 FROM field_rows", NONE),
    ("an edit share adds", "uaf", PARTNER, ADD % (B, "iom", C, "uaf"), ONE),
    ("not in the owner's name", "uaf", PARTNER, ADD % (D, "iom", C, "iom"), REFUSED),
    ("not to another case", "uaf", PARTNER, ADD % (D, "iom", N, "uaf"), REFUSED),
    ("not as an owner of it", "uaf", PARTNER, ADD % (D, "uaf", C, "uaf"), MISSING),
    ("a view share does not add", "coa", PARTNER, ADD % (D, "iom", C, "coa"), REFUSED),
    ("a share of other fields does not", "nidos", PARTNER, ADD % (D, "iom", C, "nidos"), REFUSED),
    ("who has no share does not", "vwn", PARTNER, ADD % (D, "iom", C, "vwn"), REFUSED),
    ("the owner reads both", "iom", STAFF, "SELECT 1 FROM field_rows", 2),
    ("the partner changes its own, and no other", "uaf", PARTNER, "UPDATE field_rows SET words = 'z'", ONE),
    ("a view share changes nothing", "coa", PARTNER, "UPDATE field_rows SET words = 'z'", NONE),
    ("the author is not changed", "uaf", PARTNER, "UPDATE field_rows SET author_org = 'iom'", REFUSED),
    ("nothing is deleted", "uaf", PARTNER, "DELETE FROM field_rows", REFUSED),
    ("the owner claims", "iom", STAFF, CLAIM % (A, "iom"), ONE),
    ("the partner claims", "uaf", PARTNER, CLAIM % (B, "uaf"), ONE),
    ("the partner records no test", "uaf", PARTNER, EVIDENCE % (D, A, "tested", "uaf"), REFUSED),
    ("it documents what another claims", "uaf", PARTNER, EVIDENCE % (S, A, "documented", "uaf"), ONE),
    ("and its own claim", "uaf", PARTNER, EVIDENCE % (V, B, "documented", "uaf"), ONE),
    ("nobody confirms what it claims itself", "uaf", PARTNER, CONFIRM % (D, B, V, "uaf"), REFUSED),
    ("a view share confirms nothing", "coa", PARTNER, CONFIRM % (D, A, S, "coa"), REFUSED),
    ("the evidence is of the claim", "iom", STAFF, CONFIRM % (D, A, V, "iom"), MISSING),
    ("the owner of the evidence confirms what another claims", "uaf", PARTNER, CONFIRM % (A, A, S, "uaf"), ONE),
    ("the owner of the case confirms all", "iom", STAFF, CONFIRM % (B, B, V, "iom"), ONE),
    ("a confirmation is not rewritten", "iom", STAFF, "UPDATE profile_confirmations SET verified_wording = 'x'", REFUSED),
    ("nor is evidence", "uaf", PARTNER, "UPDATE profile_evidence SET level = 'tested'", REFUSED),
    ("who has no share reads no claim", "vwn", PARTNER, "SELECT 1 FROM profile_claims_shown", NONE),
    ("nor who has one of other fields", "nidos", PARTNER, "SELECT 1 FROM profile_claims_shown", NONE),
    ("a partner changes its own claim, and no other", "uaf", PARTNER, "UPDATE profile_claims SET own_wording = 'z'", ONE),
    ("the share narrowed to a view", "iom", STAFF, f"UPDATE shares SET level = 'view' WHERE id = '{S}'", ONE),
    ("reads on", "uaf", PARTNER, "SELECT 1 FROM field_rows", 2),
    ("and changes nothing", "uaf", PARTNER, "UPDATE field_rows SET words = 'z'", NONE),
    ("the case closed", "iom", STAFF, f"UPDATE shares SET level = 'edit', case_closed = true WHERE id = '{S}'", ONE),
    ("nothing is added any more", "uaf", PARTNER, ADD % (D, "iom", C, "uaf"), REFUSED),
    ("nor changed", "uaf", PARTNER, "UPDATE field_rows SET words = 'z'", NONE),
    ("nor can the recipient open it", "uaf", PARTNER, f"UPDATE shares SET case_closed = false WHERE id = '{S}'", REFUSED),
    ("open again, and its last day over", "iom", STAFF, f"UPDATE shares SET case_closed = false, until_on = '2026-01-01' WHERE id = '{S}'", ONE),
    ("nothing is read, however late the scheduler", "uaf", PARTNER, "SELECT 1 FROM field_rows", NONE),
    ("in force again", "iom", STAFF, f"UPDATE shares SET until_on = NULL WHERE id = '{S}'", ONE),
    ("the partner reads", "uaf", PARTNER, "SELECT 1 FROM field_rows", 2),
    ("recalled", "iom", STAFF, RECALL, ONE),
    ("it reads nothing, not even its own", "uaf", PARTNER, "SELECT 1 FROM field_rows", NONE),
    ("it adds nothing", "uaf", PARTNER, ADD % (D, "iom", C, "uaf"), REFUSED),
    ("it changes nothing", "uaf", PARTNER, "UPDATE field_rows SET words = 'z'", NONE),
    ("what it wrote stays with the owner", "iom", STAFF, "SELECT 1 FROM field_rows WHERE author_org = 'uaf'", ONE),
    ("a case that is not there", "iom", STAFF, ADD % (D, "iom", D, "iom"), MISSING),
]


def run(check, role):
    admin = wire.Connection("wayfare_cases", "postgres")
    admin.run(PREPARE)
    service = wire.Connection("wayfare_cases", role)
    for what, organisation, scope, statement, expected in STEPS:
        got = outcome(service, organisation, scope, statement)
        check(got == expected, f"edits: {what}", f"{got} instead of {expected}")
    service.close()
    admin.run("DROP TABLE field_rows")
    admin.close()
