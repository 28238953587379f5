-- Planned before the backup and due since: perhaps it has left in the past that is gone. It leaves, and says so.
UPDATE messages SET maybe_duplicate = true, version = version + 1
 WHERE status IN ('scheduled', 'queued', 'sending', 'tempFailed') AND send_at <= now() AND NOT maybe_duplicate;
