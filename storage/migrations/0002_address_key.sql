-- What makes two addresses one article's: http or https, with or without www. and a last slash (as its id is made).
create macro address_key(address) as rtrim(regexp_replace(address, '^https?://(www[.])?', ''), '/');
