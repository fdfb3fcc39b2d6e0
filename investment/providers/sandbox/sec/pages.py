"""The SEC's refusals: pages of its own, and the XML of the store behind its files."""

from investment.providers.sandbox.speakers import HTML, Refused, Reply

XML = "application/xml"
_PAGE = """\
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
 "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
<title>SEC.gov | Request Rate Threshold Exceeded</title>
<style>
html {{height: 100%}}
#header {{background-color:#003968; color:#fff;}}
</style>
</head>
<body>
<div id="header">U.S. Securities and Exchange Commission</div>
<div id="content">
<h1>{headline}</h1>
{words}
</div>
</body>
</html>
"""
_UNDECLARED = _PAGE.format(
    headline="Your Request Originates from an Undeclared Automated Tool",
    words="<p>To allow for equitable access to all users, SEC reserves the right to limit requests "
    "originating from undeclared automated tools. Your request has been identified as part of a network "
    "of automated tools outside of the acceptable policy and will be managed until action is taken to "
    "declare your traffic.</p>\n"
    "<p>Please declare your traffic by updating your user agent to include company specific "
    "information.</p>",
)
_TOO_FAST = _PAGE.format(
    headline="Request Rate Threshold Exceeded",
    words="<p>Your request rate has exceeded the SEC&#39;s maximum allowable requests per second. Your "
    "access to SEC.gov will be limited for 10 minutes.</p>\n<p>Current guidelines limit each user to a "
    "total of no more than 10 requests per second.</p>",
)
_NO_SUCH_KEY = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code>'
    "<Message>The specified key does not exist.</Message><Key>{key}</Key>"
    "<RequestId>0000000000000000</RequestId><HostId>sandbox</HostId></Error>"
)
_NOT_FOUND = (
    "<!DOCTYPE html>\n<html><head><title>SEC.gov | File Not Found Error Alert (404)</title></head>\n"
    "<body><h1>Page not found</h1></body></html>\n"
)
_ERROR = (
    "<HTML><HEAD>\n<TITLE>{status}</TITLE>\n</HEAD><BODY>\n<H1>Service Unavailable</H1>\n</BODY></HTML>\n"
)


def undeclared() -> Refused:
    return Refused(403, Reply(_UNDECLARED, 403, HTML))


def too_fast() -> Refused:
    return Refused(403, Reply(_TOO_FAST, 403, HTML))


def no_such_key(path: str) -> Refused:
    """Refuse a file of data.sec.gov that there is not."""
    key = path.replace("&", "").replace("<", "")[:200].lstrip("/")
    return Refused(404, Reply(_NO_SUCH_KEY.format(key=key), 404, XML))


def not_found() -> Reply:
    return Reply(_NOT_FOUND, 404, HTML)


def unavailable(status: int) -> Reply:
    return Reply(_ERROR.format(status=status), status, HTML)
