from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
import pickle

class Fold(tzinfo):
    def utcoffset(self, dt):
        return timedelta(hours=1 + (dt is not None and dt.fold))
    def dst(self, dt):
        return timedelta(0)
    def tzname(self, dt):
        return "100%"

ist = timezone(timedelta(hours=5, minutes=30), "IST")
a = datetime(2024, 2, 29, 12, 0, 0, 5, tzinfo=UTC)
b = a.astimezone(ist)
print(a, b, a == b, hash(a) == hash(b), b - a, b.strftime("%z %:z %Z %f"))
f = datetime(2024, 1, 1, tzinfo=Fold())
print(f == f.astimezone(UTC), f.replace(fold=1).utcoffset(), f.strftime("%Z"))
print(datetime.fromisoformat("2024-02-29T24:00Z"), time.fromisoformat("T0102,5") if 0 else time(1, 2))
print(repr(ist), timezone(-timedelta(seconds=1)), timezone(timedelta(0)) is timezone.utc)
for x in (a, b, a.replace(tzinfo=None, fold=1), time(1, 2, 3, 4, ist), ist, timedelta(1)):
    print([pickle.loads(pickle.dumps(x, p)) == x for p in range(6)], repr(x))
for call in (
    lambda: a < a.replace(tzinfo=None),
    lambda: time(1, tzinfo=UTC) < time(1),
    lambda: timezone(timedelta(1)),
    lambda: datetime.max + timedelta(1),
    lambda: time(24),
    lambda: a.isoformat(timespec="x"),
    lambda: UTC.fromutc(b),
):
    try:
        print(call())
    except Exception as e:
        print(type(e).__name__, e)
# stdout:
#| 2024-02-29 12:00:00.000005+00:00 2024-02-29 17:30:00.000005+05:30 True True 0:00:00 +0530 +05:30 IST 000005
#| False 2:00:00 100%
#| 2024-03-01 00:00:00+00:00 01:02:00
#| datetime.timezone(datetime.timedelta(seconds=19800), 'IST') UTC-00:00:01 True
#| [True, True, True, True, True, True] datetime.datetime(2024, 2, 29, 12, 0, 0, 5, tzinfo=datetime.timezone.utc)
#| [True, True, True, True, True, True] datetime.datetime(2024, 2, 29, 17, 30, 0, 5, tzinfo=datetime.timezone(datetime.timedelta(seconds=19800), 'IST'))
#| [True, True, True, True, True, True] datetime.datetime(2024, 2, 29, 12, 0, 0, 5, fold=1)
#| [True, True, True, True, True, True] datetime.time(1, 2, 3, 4, tzinfo=datetime.timezone(datetime.timedelta(seconds=19800), 'IST'))
#| [True, True, True, True, True, True] datetime.timezone(datetime.timedelta(seconds=19800), 'IST')
#| [True, True, True, True, True, True] datetime.timedelta(days=1)
#| TypeError can't compare offset-naive and offset-aware datetimes
#| TypeError can't compare offset-naive and offset-aware times
#| ValueError offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not datetime.timedelta(days=1)
#| OverflowError date value out of range
#| ValueError hour must be in 0..23, not 24
#| ValueError Unknown timespec value
#| ValueError fromutc: dt.tzinfo is not self
