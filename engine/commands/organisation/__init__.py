"""What an organisation administrator does (机构管理): bodies, posts, officers, leave, seals, reviews; one verb per file."""
