"""
Take the picture of the dashboard in the README from a running platform.

    ./scripts/run.sh                                          prints a one-time login link
    python scripts/screenshot.py http://127.0.0.1:8000/login/…

Needs requirements/development.txt and a Chromium or Chrome. ``--help`` says the rest.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).parents[1] / "docs" / "images" / "dashboard.png"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "link", help="the login link that ./scripts/run.sh printed (or: manage.py login_link)"
    )
    parser.add_argument("--page", default="/markets", help="which page (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=PICTURE, metavar="FILE", help="default: %(default)s")
    parser.add_argument("--scheme", choices=("light", "dark"), default="light")
    parser.add_argument("--width", type=int, default=1440, help="in pixels (default: %(default)s)")
    parser.add_argument("--height", type=int, default=900, help="in pixels (default: %(default)s)")
    given = parser.parse_args()

    browser_file = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser_file is None:
        print("There is no Chromium or Chrome. Run: sudo apt install chromium", file=sys.stderr)
        return 1
    site = "{0.scheme}://{0.netloc}".format(urlsplit(given.link))
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=browser_file, args=arguments)
        page = browser.new_page(
            viewport={"width": given.width, "height": given.height},
            color_scheme=given.scheme,
            reduced_motion="reduce",
            locale="en-US",
        )
        page.goto(given.link)
        if urlsplit(page.url).path.startswith("/login"):
            print("The link did not sign in: it works once, within 10 minutes.", file=sys.stderr)
            return 1
        page.goto(site + given.page)
        page.get_by_role("heading", level=1).wait_for()
        page.wait_for_load_state("networkidle")
        given.output.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=given.output)
        browser.close()
    print(given.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
