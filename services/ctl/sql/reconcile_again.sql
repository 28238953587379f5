-- Which memory of Redis they were published into is of another past: all that is not confirmed is published anew.
UPDATE wf.delivery SET published_at = NULL, next_at = NULL, epoch = NULL;
