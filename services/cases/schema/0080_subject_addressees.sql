-- Who was told of the journeys of an erased person, as the travel service tells it: asked for copies, and what they said.
CREATE TABLE subject_addressees (
    id            uuid        PRIMARY KEY,         -- the travel service's: of what it asks
    org           text        NOT NULL,
    request_id    uuid        NOT NULL,
    organisation  text        NOT NULL,
    delete_by     date        NOT NULL,
    confirmed_at  timestamptz,
    UNIQUE (org, id),
    FOREIGN KEY (org, request_id) REFERENCES subject_requests (org, id)
);
CREATE INDEX subject_addressees_request ON subject_addressees (org, request_id);
SELECT sec.isolate('subject_addressees', 'confirmed_at');
SELECT wf.subject_table('subject_addressees', 'keep', 't.request_id IN (SELECT r.id FROM subject_requests r WHERE r.person_id = $1)',
    'organisation delete_by confirmed_at', why => 'whose copies were asked for, and their word that they are gone');
UPDATE wf.subject_tables SET asks = 't.to_org' WHERE tbl = 'shares';
