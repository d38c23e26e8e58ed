"""schema.py SERVICE DATABASE: the tables of Magnum or Neutron in an SQLite file, made from their models.

Their migrations are written for other databases. Runs with the Python of the service.
"""
import sys

import sqlalchemy


def metadata(service):
    if service == "magnum":
        from magnum.db.sqlalchemy import models
        return models.Base.metadata
    from neutron.db.migration.models import head
    return head.get_metadata()


if __name__ == "__main__":
    metadata(sys.argv[1]).create_all(sqlalchemy.create_engine("sqlite:///" + sys.argv[2]))
