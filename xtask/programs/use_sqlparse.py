import sqlparse
query = "select a.b, count(*) c from t a left join (select * from u where x in (1,2,3)) b on a.id=b.id where a.x between 1 and 2 and b.y like '%z' group by 1 having count(*)>1 order by c desc; insert into foo values (1,'a'), (2,'b'); create table x (id int primary key, n varchar(20) not null)"
print(sqlparse.format(query, reindent=True, keyword_case="upper", identifier_case="lower"))
for statement in sqlparse.parse(query):
    statement._pprint_tree()
print(sqlparse.format(query, strip_comments=True, reindent_aligned=True, use_space_around_operators=True))
