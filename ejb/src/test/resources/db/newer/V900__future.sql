CREATE TABLE of_the_future (id BIGINT);
