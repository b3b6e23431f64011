-- How many connections read issues and pull requests.
SELECT count(*) AS hubs FROM source_health WHERE kind = 'github'
