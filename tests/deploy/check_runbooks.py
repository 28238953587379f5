"""check_runbooks.py - every runbook is found from its README, and nothing there leads nowhere."""
import glob
import os
import re

from checks import ROOT, read, run

FOLDER = "deploy/runbooks"
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


def pages():
    return {os.path.basename(p) for p in glob.glob(os.path.join(ROOT, FOLDER, "*.md"))} - {"README.md"}


def test_every_page_is_linked_from_the_readme():
    linked = set(LINK.findall(read(f"{FOLDER}/README.md")))
    assert pages(), "there are no pages"
    assert not pages() - linked, f"not in {FOLDER}/README.md: {sorted(pages() - linked)}"


def test_no_link_leads_nowhere():
    for page in sorted(pages() | {"README.md"}):
        for link in LINK.findall(read(f"{FOLDER}/{page}")):
            if "://" not in link:
                assert os.path.exists(os.path.join(ROOT, FOLDER, link)), f"{page} links to {link}"


def test_every_page_opens_with_a_title_and_says_what_is_seen_or_when():
    for page in sorted(pages()):
        text = read(f"{FOLDER}/{page}")
        assert text.startswith("# "), page
        assert re.search(r"^\*\*(Seen|When)\*\*:", text, re.M), f"{page} does not say what is seen, or when"


if __name__ == "__main__":
    run(globals())
