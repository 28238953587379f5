"""outside.py - what stands outside of the house, and what reached it."""
import email
import glob


def mails_in(stack):
    """Message-IDs in the mail folder, one for each mail."""
    out = []
    for path in glob.glob(f"{stack.env['WAYFARE_MAIL_DIR']}/*.eml"):
        with open(path, "rb") as f:
            found = email.message_from_binary_file(f)["Message-ID"]
        out.append(found.strip("<> ").partition("@")[0])
    return out
