-- What a task follows from: an evaluation at the desk, a movement, a notification. When that is settled, so is the task.

ALTER TABLE tasks ADD COLUMN about uuid;
CREATE INDEX tasks_about ON tasks (org, about) WHERE about IS NOT NULL AND status = 'open';
