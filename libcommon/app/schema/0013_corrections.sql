-- What stood in a record before it was corrected: a row for each member, sealed. One table for everything that is recorded of a person in a
-- database; whose rows a reader sees beside, the database says by a policy of its own (known).
CREATE TABLE wf.corrections (
    id          uuid        PRIMARY KEY,
    org         text        NOT NULL,
    subject_id  uuid        NOT NULL,                  -- the person whom it is about, as this database knows the person
    kind        text        NOT NULL DEFAULT 'person', -- of the record
    object_id   uuid,                                  -- of the record; NULL: it is the person's own
    field       text        NOT NULL,                  -- member, as the API names it
    former      bytea       NOT NULL,                  -- JSON; class document, place person_history.former
    reason      text,
    changed_by  text        NOT NULL,
    changed_at  timestamptz NOT NULL
);
CREATE INDEX corrections_subject ON wf.corrections (org, subject_id, changed_at DESC, id DESC);
SELECT sec.isolate('wf.corrections');
SELECT wf.subject_table('wf.corrections', 'delete', 't.subject_id = $1', 'kind object_id field former changed_at',
    sealed => '{"former": {"cls": "document", "place": "person_history.former", "row": "id"}}');
