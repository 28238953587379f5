-- What belongs to a message goes with it, as in an erasure.
DELETE FROM message_attempts AS t USING {{part}} AS m WHERE t.org = m.org AND t.message_id = m.id;
DELETE FROM inbox_items AS t USING {{part}} AS m WHERE t.org = m.org AND t.message_id = m.id;
