-- What docs/sessions.md stands on.
CREATE ROLE mailer LOGIN;
