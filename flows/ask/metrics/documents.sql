-- title: Documents that changed
-- asks: changed document; document
-- may: changed document count list last
-- takes: period project topic
-- reads: docs
-- over: documents
-- line: {at_:when} · “{title}” · {path}
-- answer: {documents:document} last changed{scope}{period}
-- empty: No document changed{scope}{period}
SELECT count(*) AS documents FROM found
