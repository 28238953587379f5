UPDATE wf.restored SET opened_at = now() WHERE opened_at IS NULL;
