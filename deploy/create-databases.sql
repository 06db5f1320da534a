-- replyflow's own database, beside Temporal's two, which its schema job creates.
CREATE DATABASE replyflow;
