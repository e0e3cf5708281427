from datetime import MAXYEAR, date, timedelta

print(date(2024, 2, 29) + timedelta(366), date(2024, 1, 1) - date(1970, 1, 1))
print(date(2021, 1, 3).isocalendar(), date.fromisocalendar(2020, 53, 7))
print([date.fromisoformat(s) for s in ("20240229", "2024-W09-4", "2024W09")])
print(date.fromordinal(1), date.max.toordinal(), date(1, 1, 1).strftime("%Y|%F|%G|%C|%j"))
print(timedelta(1, 2, 3, 4, 5, 6, 7), timedelta(microseconds=2.5), timedelta(seconds=-1))
print(timedelta(5) / 3, timedelta(5) // 7, divmod(timedelta(5), timedelta(2)), timedelta(1) * 2.5)
for call in (
    lambda: date(),
    lambda: date(2023, 2, 29),
    lambda: date(MAXYEAR + 1, 1, 1),
    lambda: date(1.5, 1, 1),
    lambda: date.max + timedelta(1),
    lambda: date.fromisoformat("2024-0229"),
    lambda: timedelta(10**9),
    lambda: timedelta("a"),
    lambda: timedelta(1) / 0,
    lambda: date(2024, 1, 1) < 3,
):
    try:
        print(call())
    except Exception as e:
        print(type(e).__name__, e)
# stdout:
#| 2025-03-01 19723 days, 0:00:00
#| datetime.IsoCalendarDate(year=2020, week=53, weekday=7) 2021-01-03
#| [datetime.date(2024, 2, 29), datetime.date(2024, 2, 29), datetime.date(2024, 2, 26)]
#| 0001-01-01 3652059 0001|0001-01-01|0001|00|001
#| 50 days, 6:05:02.004003 0:00:00.000002 -1 day, 23:59:59
#| 1 day, 16:00:00 17:08:34.285714 (2, datetime.timedelta(days=1)) 2 days, 12:00:00
#| TypeError function missing required argument 'year' (pos 1)
#| ValueError day 29 must be in range 1..28 for month 2 in year 2023
#| ValueError year must be in 1..9999, not 10000
#| TypeError 'float' object cannot be interpreted as an integer
#| OverflowError date value out of range
#| ValueError Invalid isoformat string: '2024-0229'
#| OverflowError days=1000000000; must have magnitude <= 999999999
#| TypeError unsupported type for timedelta days component: str
#| ZeroDivisionError division by zero
#| TypeError '<' not supported between instances of 'datetime.date' and 'int'
