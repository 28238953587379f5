DELETE FROM wf.field_keys WHERE cls = '{{class}}' AND key_id = '{{id}}';
